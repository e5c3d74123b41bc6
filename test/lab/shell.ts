// Running one program to its end and keeping what it said.

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program; a non-zero end is an answer, not an exception. */
export async function run(
  command: readonly string[],
  options: { readonly env?: Record<string, string>; readonly stdin?: string } = {},
): Promise<Said> {
  const child = Bun.spawn([...command], {
    stdin: options.stdin === undefined ? "ignore" : new Blob([options.stdin]),
    stdout: "pipe",
    stderr: "pipe",
    env: { ...process.env, ...options.env },
  });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, stdout, stderr };
}

/** Runs a program that has to succeed; throws with everything it said when it does not. */
export async function must(
  command: readonly string[],
  options: { readonly env?: Record<string, string>; readonly stdin?: string } = {},
): Promise<string> {
  const said = await run(command, options);
  if (said.code === 0) return said.stdout;
  throw new Error(
    `Cannot run ${command.join(" ")}: exit ${said.code}, "${(said.stderr + said.stdout).trim()}"`,
  );
}
