// What became of one part of a run of all tests, and how it is told.

export interface Outcome {
  readonly title: string;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly seconds: number;
  readonly output: string;
}

export function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Tells it as soon as it is known. */
export function told(outcome: Outcome): Outcome {
  const { title, passed, failed, skipped, seconds, output } = outcome;
  const rest = skipped > 0 ? `, ${skipped} skipped` : "";
  const mark = failed > 0 ? "FAILED" : "ok";
  const figures = `${passed} passed, ${failed} failed${rest}`;
  say(`${mark.padEnd(7)}${title.padEnd(44)} ${figures.padEnd(22)} ${seconds.toFixed(1)} s`);
  if (output !== "") say(output.trimEnd().replaceAll(/^/gm, "    "));
  return outcome;
}

/** The heart of a failure: which test, and what was expected. Everything else stands above. */
export function heartOf({ title, output }: Outcome): string {
  const lines = output.split("\n");
  const near = lines.flatMap((line, at) =>
    /^\s*(error:|\(fail\))/.test(line)
      ? lines.slice(at, at + (line.includes("error:") ? 8 : 1))
      : [],
  );
  return [title, ...new Set(near.filter((line) => line.trim() !== ""))].join("\n    ");
}

/** Files that this place cannot run: counted as skipped, with the reason. */
export function impossible(kind: string, files: readonly string[], reason: string): Outcome {
  say(`Cannot make ${kind} here (${reason}): ${files.length} files do not run`);
  const lost = { title: kind, passed: 0, failed: 0, skipped: files.length, seconds: 0 };
  return told({ ...lost, output: "" });
}
