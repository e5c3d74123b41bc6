// Plays runs by the program as this process loaded it, until a law is broken, and prints in one line of JSON
// by which one and in which words:
//
//   trial.ts LAW heartbeat STORY       a story of story.ts
//   trial.ts LAW carp SEED COUNT       so many seeds of another kind from this one on

import type { Plan } from "../../../src/sim/shape.ts";
import { kindsOf } from "../kinds.ts";
import { stories } from "./story.ts";

export interface Trial {
  /** Absent: the law was not broken. */
  readonly broken?: string;
  readonly seed?: number;
}

const [law = "", name = "", ...words] = process.argv.slice(2);
process.stdout.write(`${JSON.stringify(trial())}\n`);

function trial(): Trial {
  for (const kind of kindsOf(name)) {
    for (const plan of kind.name === "heartbeat" ? storyOf(words) : seedsOf(kind.planOf, words)) {
      const { violations } = kind.play(plan, { until: (violation) => violation.law === law });
      const found = violations.find((violation) => violation.law === law);
      if (found !== undefined) return { broken: `${law}: ${found.text}`, seed: plan.shape.seed };
    }
  }
  return {};
}

function storyOf([name]: readonly string[]): Plan[] {
  return Object.entries(stories).flatMap(([each, plan]) => (each === name ? [plan] : []));
}

function* seedsOf(planOf: (seed: number) => Plan, words: readonly string[]): Iterable<Plan> {
  const [first = 1, count = 1] = words.map(Number);
  for (let seed = first; seed < first + count; seed += 1) yield planOf(seed);
}
