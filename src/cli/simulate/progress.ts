// Tells how far a long simulation is, on stderr and not before a second has passed: a short one is done
// before anybody wonders.

import { say } from "../output.ts";

const patienceMs = 1_000;
/** On a terminal. */
const liveMs = 200;
/** Anywhere else. */
const everyMs = 5_000;

/** Runs a generator to its end; what it yields is said now and then. */
export function drain<Step, Result>(
  steps: Generator<Step, Result>,
  text: (step: Step) => string,
): Result {
  let dueAt = performance.now() + patienceMs;
  const live = process.stderr.isTTY === true;
  let shown = false;
  while (true) {
    const step = steps.next();
    if (step.done) {
      if (shown) process.stderr.write("\r\u001b[K");
      return step.value;
    }
    if (performance.now() < dueAt) continue;
    dueAt = performance.now() + (live ? liveMs : everyMs);
    // On a terminal one line is written again and again; a file gets a line now and then.
    if (live) process.stderr.write(`\r\u001b[K${text(step.value)}`);
    else say(text(step.value));
    shown = live;
  }
}
