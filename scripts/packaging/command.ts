// The programs that make packages, run one at a time: what one of them says is told when it fails.

import { ROOT } from "../testing/child.ts";

/** What the program wrote to stdout. Throws when it is missing or fails. */
export async function carryOut(
  command: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const [program = ""] = command;
  if (Bun.which(program) === null) throw new Error(`Cannot run "${program}": it is not installed`);
  const child = Bun.spawn([...command], {
    cwd: ROOT,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    env: { ...process.env, ...environment },
  });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  if (code === 0) return stdout;
  throw new Error(`"${command.join(" ")}" failed (${code}):\n${stderr}${stdout}`);
}
