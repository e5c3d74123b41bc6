// Plays a whole plan: its acts at their times, then on to its end.

import type { Plan } from "./shape.ts";
import { World, type WorldOptions } from "./world.ts";

/** The world as it is when the plan is over. */
export function run({ shape, acts, endMs }: Plan, options?: WorldOptions): World {
  const world = new World(shape, options);
  for (const { at, ...act } of acts) {
    world.advance(Math.max(0, at - world.now));
    world.act(act);
  }
  world.advance(Math.max(0, endMs - world.now));
  return world;
}
