// Clients on a network that loses, copies and reorders: what their namesakes say they hear once, and that one of
// them has come or gone only after what its node said before.

import { expect, test } from "bun:test";
import fc from "fast-check";
import { at } from "../../../src/core/instant.ts";
import type { Outcome } from "../../../src/core/membership/membership.ts";
import { text, textOf } from "../../../src/wire/message.ts";
import { decodeNetstring } from "../../../src/wire/netstring.ts";
import { type Actor, boot, config, Stage } from "../membership/scene.ts";
import { fateOf, timing, weather } from "../membership/weather.ts";

interface Heard {
  readonly src: string;
  readonly isParting: boolean;
  readonly n: number;
}

/** Remembers what the clients of each node hear of what others say. */
class Hall extends Stage {
  readonly heard = new Map<string, Heard[]>();

  override carryOut(actor: Actor, outcome: Pick<Outcome, "effects"> & Partial<Outcome>): void {
    super.carryOut(actor, outcome);
    const heard = this.heard.get(actor.name) ?? [];
    this.heard.set(actor.name, heard);
    for (const effect of outcome.effects) {
      const message =
        effect.do === "deliver" ? decodeNetstring(effect.body)?.message : { fields: [] };
      const n = message && textOf(message, "n");
      if (message === undefined || n === undefined) continue;
      const isParting = textOf(message, "t") === "hbapi-clstat";
      heard.push({ src: textOf(message, "src") ?? "", isParting, n: Number(n) });
    }
  }
}

const count = 60;

/** What is wrong with the order in which this came. */
function disorder(heard: readonly Heard[]): string[] {
  return heard.flatMap(({ isParting, n }, place) => {
    const late = heard.slice(place + 1).filter((other) => other.n < n);
    return isParting && late.length > 0 ? [`${n} before ${late[0]?.n}`] : [];
  });
}

test("Membership delivers clients' messages once, and partings behind all that came before", () => {
  fc.assert(
    fc.property(weather, (bad) => {
      const hall = new Hall(fateOf(bad));
      const actors = ["alice", "bob"].map((name) => hall.add(config(name, { timing }), boot(name)));
      for (const { membership } of actors) membership.audience.listen(1);
      hall.run(at(1_000));
      for (let n = 0; n < count; n += 1) {
        hall.run(at(1_000 + n * 300));
        for (const actor of actors) {
          const t = n % 3 === 0 ? "hbapi-clstat" : "hello";
          const letter = text({ t, n: String(n) });
          hall.carryOut(actor, { effects: actor.membership.sendFor(letter, hall.now) });
        }
      }
      hall.run(at(25_000));
      const everything = [...Array(count).keys()];
      for (const [name, all] of hall.heard) {
        for (const src of ["alice", "bob"]) {
          const heard = all.filter((one) => one.src === src);
          expect(heard.map(({ n }) => n).toSorted((a, b) => a - b)).toEqual(everything);
          if (src === name) expect(heard.map(({ n }) => n)).toEqual(everything);
          expect(disorder(heard)).toEqual([]);
        }
      }
    }),
    { numRuns: 30 },
  );
});
