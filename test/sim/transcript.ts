// Plays the stories of test/scenario in a made-up world and compares what happens with what they tell.
// test/scenario/README.md says which words they are made of; story/ knows what each of them means. A node
// that the story calls heartbeat3 is played by the model of neighbour/heartbeat3.

import { World, type WorldOptions } from "../../src/sim/world.ts";
import { heartbeat3 } from "./neighbour/heartbeat3/heartbeat3.ts";
import { actsOf } from "./story/actline.ts";
import { Chronicle } from "./story/chronicle.ts";
import { Doubled } from "./story/doubled.ts";
import { untrue } from "./story/fact.ts";
import { openingOf } from "./story/opening.ts";
import { msOf, type Scene, storyOf } from "./story/scene.ts";

/** How long a cluster that is not cold has been running when the story begins. */
const warmMs = 2_000;
const stepMs = 250;

/** What a story tells and what did not happen; empty when all of it did. */
export function play(text: string, { minds }: Pick<WorldOptions, "minds"> = {}): string[] {
  const story = storyOf(text);
  const { shape, isCold, toleranceMs } = openingOf(story.opening.acts);
  const chronicle = new Chronicle();
  const world = new World(shape, { onlookers: [chronicle.look], minds: { heartbeat3, ...minds } });
  const doubled = new Doubled(world, toleranceMs);
  world.watch((sight) => {
    if (sight.saw === "address" || sight.saw === "frozen") doubled.look();
  });
  const advance = (ms: number) => {
    for (let left = ms; left > 0; left -= stepMs) {
      world.advance(Math.min(left, stepMs));
      doubled.look();
    }
  };
  const perform = ({ acts, expected }: Scene): string[] => {
    const from = { lines: chronicle.lines.length, answers: chronicle.answers.length };
    for (const line of acts) {
      if (line.startsWith("advance ")) advance(msOf(line.slice("advance ".length)));
      else for (const act of actsOf(line, world)) world.act(act);
    }
    return untrue(expected, { world, chronicle, from });
  };
  const { nodes } = shape.hosts[0]?.config ?? { nodes: [] };
  const begin = isCold ? [] : [`start ${nodes.join(" ")}`, `advance ${warmMs}ms`];
  const problems = [
    ...perform({ acts: begin, expected: story.opening.expected }),
    ...story.scenes.flatMap(perform),
  ];
  return [...problems, ...doubled.problems, ...chronicle.breaches];
}
