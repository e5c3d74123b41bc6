// One other host, reached by the system's ssh and scp. It never asks for a password: what cannot go by
// itself fails at once.

/** How a step ended: what the other side printed on stdout, and why it failed. */
export type Outcome =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly text: string; readonly reason: string };

/** Long enough for a slow host, short enough to go on to the next one. */
const connectSeconds = 10;

export class Remote {
  readonly host: string;
  readonly #options: readonly string[];

  /** `options` as for ssh's -o: "Port=2222". */
  constructor(host: string, options: readonly string[]) {
    this.host = host;
    // ssh lets the first value of an option count: what the user says comes first.
    const all = [...options, "BatchMode=yes", `ConnectTimeout=${connectSeconds}`];
    this.#options = all.flatMap((option) => ["-o", option]);
  }

  /** Runs a shell script there. It goes through stdin, so that no second shell interprets it. */
  async script(text: string): Promise<Outcome> {
    return await finish(this.scriptCommand(), text);
  }

  /** Copies files into a directory there; all or an error. */
  async copy(files: readonly string[], target: string): Promise<Outcome> {
    return await finish(this.copyCommand(files, target), "");
  }

  scriptCommand(): string[] {
    return ["ssh", ...this.#options, "--", this.host, "sh -s"];
  }

  copyCommand(files: readonly string[], target: string): string[] {
    return ["scp", "-q", ...this.#options, "--", ...files, `${this.host}:${target}`];
  }
}

async function finish(command: readonly string[], input: string): Promise<Outcome> {
  try {
    const child = Bun.spawn([...command], {
      stdin: new TextEncoder().encode(input),
      stdout: "pipe",
      stderr: "pipe",
    });
    const [text, complaint, code] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    if (code === 0) return { ok: true, text };
    const last = complaint.trim().split("\n").at(-1);
    return { ok: false, text, reason: last || `${command[0]} ended with exit code ${code}` };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ok: false, text: "", reason: `Cannot run "${command[0]}": ${reason}` };
  }
}

/** A word that a shell reads as itself. */
export function shellQuote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
