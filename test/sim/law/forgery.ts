// Law 6: bytes that do not authenticate change nothing but a counter. No bytes stop the process.
//
// * What is let in was signed with a key that its hearer has. (The signer may have others by now.)
// * What was damaged on its way and let in all the same must say word for word what was sent: the damage
//   hit what means nothing. Anything else is a forgery that was believed.
// * What comes again must not count: twin.ts plays the run without it, and sees no difference.
// * Whatever makes a mind throw ends the run, and is told by judge.ts under this law.

import type { Shape } from "../../../src/sim/shape.ts";
import type { Sight } from "../../../src/sim/sight.ts";
import { type Message, textOf } from "../../../src/wire/message.ts";
import { Bunch } from "./bunch.ts";
import { wordsOf } from "./copies.ts";
import type { Law, Report } from "./law.ts";

/** So many messages of each node are remembered word for word. */
const remembered = 1_000;

export class Forgery implements Law {
  readonly #report: Report;
  readonly #sent = new Map<string, Message[]>();
  readonly #bunches: ReadonlyMap<string, Bunch>;

  constructor({ hosts }: Shape, report: Report) {
    this.#report = report;
    this.#bunches = new Map(hosts.map(({ config }) => [config.self, new Bunch(config.keyring)]));
  }

  see(sight: Sight, now: number): void {
    if (sight.saw === "sent") this.#keep(sight.node, sight.message);
    else if (sight.saw === "heard") this.#heard(sight, now);
    else if (sight.saw === "frozen") this.#bunches.get(sight.node)?.frozen(sight.frozen, now);
    else if (sight.saw === "act" && sight.act.act === "reload") {
      const { self, keyring } = sight.act.config;
      this.#bunches.get(self)?.read(keyring, now);
    }
  }

  #heard(sight: Extract<Sight, { readonly saw: "heard" }>, now: number): void {
    const { node, from, message, rejected, touched } = sight;
    if (rejected !== undefined) return;
    const type = textOf(message, "t") ?? "";
    const signer = this.#bunches.get(from);
    if (signer !== undefined && this.#bunches.get(node)?.trusts(signer, now) === false) {
      this.#report("6", `${node} believes a ${type} that ${from} signed with another key`);
    }
    if (touched !== "corrupted") return;
    const words = wordsOf(message);
    const known = this.#sent.get(textOf(message, "src") ?? from) ?? [];
    const isHonest = known.some((sent) => wordsOf(sent) === words);
    if (!isHonest) this.#report("6", `${node} believes a damaged ${type} of ${from}`);
  }

  #keep(node: string, message: Message): void {
    const src = textOf(message, "src") ?? node;
    const sent = this.#sent.get(src) ?? [];
    this.#sent.set(src, sent);
    sent.push(message);
    if (sent.length > 2 * remembered) sent.splice(0, remembered);
  }
}
