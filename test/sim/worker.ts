// Plays seeds for main.ts, in a process of its own: bun test/sim/worker.ts KIND FROM STEP
//
// One JSON line before each run, so that a run that hangs or kills the process is known, and one after it.
// It ends when its standard output is closed, or it is killed.

import { kindsOf } from "./kinds.ts";

export interface Line {
  readonly seed: number;
  /** Absent: the run begins. */
  readonly done?: { readonly kind: string; readonly nodeMs: number; readonly broken: boolean };
}

const [name = "all", from = "1", step = "1"] = process.argv.slice(2);
const kinds = kindsOf(name);
process.stdout.on("error", () => process.exit(0));
for (let seed = Number(from); ; seed += Number(step)) {
  for (const kind of kinds) {
    await tell({ seed });
    const { violations, nodeMs } = kind.play(kind.planOf(seed));
    await tell({ seed, done: { kind: kind.name, nodeMs, broken: violations.length > 0 } });
  }
}

/** Waits for a slow reader instead of filling the memory. */
async function tell(line: Line): Promise<void> {
  if (process.stdout.write(`${JSON.stringify(line)}\n`)) return;
  await new Promise((resolve) => process.stdout.once("drain", resolve));
}
