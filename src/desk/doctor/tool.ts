// A program of the system that is asked for facts: nft, systemctl, ping. It may be missing, forbidden or
// slow; then the doctor says what could not be looked at.

const limitMs = 5_000;
/** Where the tools of an administrator are, whatever the caller's PATH. */
const PATH = `${process.env.PATH ?? ""}:/usr/sbin:/sbin:/usr/local/sbin:/usr/bin:/bin`;

export interface Told {
  readonly ok: boolean;
  readonly stdout: string;
  /** Why not: its last word on stderr, or how it ended. */
  readonly reason: string;
}

/** True when the program is installed. */
export function isInstalled(program: string): boolean {
  return Bun.which(program, { PATH }) !== null;
}

/** What the program says; undefined when it is not installed. */
export async function tell(...argv: readonly [string, ...string[]]): Promise<Told | undefined> {
  const [program, ...words] = argv;
  const file = Bun.which(program, { PATH });
  if (file === null) return undefined;
  const child = Bun.spawn([file, ...words], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    env: { ...process.env, PATH, LC_ALL: "C" },
    timeout: limitMs,
  });
  const [stdout, stderr] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  const last = stderr.trim().split("\n").at(-1) ?? "";
  const ending = `${child.signalCode ?? `exit code ${child.exitCode}`}`;
  return { ok: child.exitCode === 0, stdout, reason: last === "" ? ending : last };
}
