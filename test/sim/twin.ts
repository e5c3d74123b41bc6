// The same run once more, without what must not count: the minds of the second world are not given what they
// must know for old (law/copies.ts). Law 6 says that nobody can see the difference.
//
// Both worlds are equal down to the last draw of chance until such a message has a consequence. What is
// withheld still arrives and wakes its hearer, so that no turn of a loop is missing.

import type { Act } from "../../src/sim/act.ts";
import type { Shape } from "../../src/sim/shape.ts";
import type { Onlooker, Sight } from "../../src/sim/sight.ts";
import { World, type WorldOptions } from "../../src/sim/world.ts";
import { type Message, textOf } from "../../src/wire/message.ts";
import type { Violation } from "./kind.ts";
import { Copies } from "./law/copies.ts";
import { lineOf, stamp } from "./timeline.ts";

/** What was seen, and when. */
interface Seen {
  readonly sight: Sight;
  readonly at: number;
}

export class Twin {
  readonly #world: World;
  readonly #copies = new Copies();
  /** What is not compared yet: of the run itself, and of the one without. */
  #with: Seen[] = [];
  #without: Seen[] = [];
  /** What was withheld last, in words. */
  #withheld = "nothing";
  /** From a difference on they are different runs. */
  #isOver = false;

  constructor(shape: Shape, options: WorldOptions) {
    const see: Onlooker = (sight, at) => {
      this.#copies.see(sight);
      if (sight.saw !== "log") this.#without.push({ sight, at });
    };
    this.#world = new World(shape, { ...options, onlookers: [see], withholds: this.#withholds });
  }

  /** An onlooker of the run itself. */
  readonly see: Onlooker = (sight, at) => {
    if (sight.saw !== "log" && !this.#isOver) this.#with.push({ sight, at });
  };

  act(act: Act): void {
    if (!this.#isOver) this.#world.act(act);
  }

  /** Comes to the moment of the run itself, and looks for the first difference. */
  follow(now: number): Violation | undefined {
    if (this.#isOver) return undefined;
    this.#world.advance(now - this.#world.now);
    const [ours, theirs] = [this.#with, this.#without];
    this.#with = [];
    this.#without = [];
    for (let n = 0; n < Math.max(ours.length, theirs.length); n += 1) {
      if (!Bun.deepEquals(ours[n], theirs[n])) return this.#differ(ours[n], theirs[n]);
    }
    return undefined;
  }

  #differ(ours: Seen | undefined, theirs: Seen | undefined): Violation {
    this.#isOver = true;
    const at = Math.min(ours?.at ?? this.#world.now, theirs?.at ?? this.#world.now);
    const text = `but for ${this.#withheld}, not ${inWords(ours)}, but ${inWords(theirs)}`;
    return { law: "6", at, text };
  }

  readonly #withholds = (node: string, link: string, message: Message): boolean => {
    if (this.#isOver || !this.#copies.isOld(node, link, message)) return false;
    const [type, src] = [textOf(message, "t"), textOf(message, "src")];
    const when = stamp(this.#world.now).trim();
    this.#withheld = `an old ${type} of ${src} that came to ${node} at ${when}`;
    return true;
  };
}

function inWords(seen: Seen | undefined): string {
  if (seen === undefined) return "nothing";
  const line = lineOf(seen.sight, seen.at, true) ?? seen.sight.saw;
  return `"${line.trim().replaceAll(/ +/g, " ")}"`;
}
