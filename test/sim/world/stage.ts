// A small made-up world for tests of the world itself, and what was seen of it.

import type { Act } from "../../../src/sim/act.ts";
import type { Shape } from "../../../src/sim/shape.ts";
import type { Sight } from "../../../src/sim/sight.ts";
import { World, type WorldOptions } from "../../../src/sim/world.ts";
import { type Spec, shapeOf } from "../plainshape.ts";

export type Seen<Saw extends Sight["saw"]> = Extract<Sight, { readonly saw: Saw }> & {
  readonly at: number;
};

export const pair: Spec = { nodes: ["alice", "bob"], groups: [["alice", "10.0.0.10", "httpd"]] };

export class Stage {
  readonly world: World;
  readonly sights: (Sight & { readonly at: number })[] = [];

  constructor(shape: Shape, minds: WorldOptions["minds"] = {}) {
    const onlooker = (sight: Sight, at: number) => void this.sights.push({ ...sight, at });
    this.world = new World(shape, { minds, onlookers: [onlooker] });
  }

  /** A started pair, two seconds old. */
  static pair(spec: Partial<Spec> = {}): Stage {
    const stage = new Stage(shapeOf({ ...pair, ...spec }));
    for (const { name: node } of stage.world.hosts) stage.act({ act: "start", node });
    stage.advance(2_000);
    return stage;
  }

  act(...acts: Act[]): void {
    for (const act of acts) this.world.act(act);
  }

  advance(ms: number): void {
    this.world.advance(ms);
  }

  /** What was seen of this kind since a moment. */
  seen<Saw extends Sight["saw"]>(saw: Saw, since = 0): Seen<Saw>[] {
    return this.sights.filter(
      (sight): sight is Seen<Saw> => sight.saw === saw && sight.at >= since,
    );
  }
}
