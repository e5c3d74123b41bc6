// Cores beside Heartbeat 3 that were broken on purpose (mutation.ts): in the negotiators that only such a
// neighbour calls for, and a few that every cluster has.

import type { Mutation } from "./mutation.ts";

interface MixedMutation extends Mutation {
  /** The first seed that shows it, when this was written: where the search begins. */
  readonly seed: number;
}

export const mixedMutations: readonly MixedMutation[] = [
  {
    name: "says that it gave what it still has",
    law: "1",
    seed: 3,
    file: "core/classic/exchange.ts",
    find: 'this.#pair.begin("give", this.#pair.keys(mine), why, { for: "handover", handover }, now);',
    replace:
      'handover.released([], now);\n      this.#pair.say(standbyDraft(handover.set, "done"), now);',
  },
  {
    name: "answers an owner without giving",
    law: "1",
    seed: 1,
    file: "core/classic/legacy.ts",
    find: 'pair.work("give", [key], why, { for: "answer", key, running }, now);',
    replace: "pair.say(groupAnswerDraft(pair.partner.name, key, true), now);",
  },
  {
    name: "keeps what the other node claims too",
    law: "1",
    seed: 21,
    file: "core/classic/dispute.ts",
    find: "pair.yield(pair.keys(both), given, now);",
    replace: "",
  },
  {
    name: "takes over from nobody who dies",
    law: "2",
    seed: 131,
    file: "core/classic/succession.ts",
    find: "this.#takeOver(reason, now);",
    replace: "",
  },
  {
    name: "leaves alone what nobody claims",
    law: "2",
    seed: 51,
    file: "core/classic/upkeep.ts",
    find: "return minus(minus(everything, claim), mirrored(partner.claim));",
    replace: "return nothing;",
  },
  {
    name: "leaves to Heartbeat 3 among many what it does not claim",
    law: "2",
    seed: 10382,
    file: "core/native/claims.ts",
    find: "return now >= after(since, unclaimedMs);",
    replace: "return false;",
  },
  {
    name: "does not wait for Heartbeat 3 among many when it wakes",
    law: "3",
    seed: 10237,
    file: "core/native/council.ts",
    find: "const [stranger] = this.#strangers;",
    replace: "const [stranger] = this.#strangers.slice(9);",
  },
  {
    name: "goes on at once when it wakes without a partner",
    law: "3",
    seed: 50300,
    file: "core/classic/nap.ts",
    find: "new Vigil(() => pair.table.deadtimeMs)",
    replace: "new Vigil(() => 1)",
  },
  {
    name: "leaves its addresses up when it overslept",
    law: "3",
    seed: 21,
    file: "core/core.ts",
    find: "...this.#groups.away(ms, isLong),",
    replace: "",
  },
  {
    name: "does not say how a hand-over ended",
    law: "4",
    seed: 3,
    file: "core/classic/exchange.ts",
    find: "this.#pair.reply(handover.request, ok, text);",
    replace: "",
  },
  {
    name: "does not say that nobody answered",
    law: "4",
    seed: 3,
    file: "core/classic/exchange.ts",
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a piece of src
    find: "this.#pair.reply(request, false, `Refused ${what}: ${why}`);",
    replace: "",
  },
  {
    name: "stops a group from its first resource on",
    law: "5",
    seed: 1,
    file: "core/group/ladder.ts",
    find: "stop(n: number, job: number): Effect[] {\n    const stage = this.#stages[n];",
    replace:
      "stop(n: number, job: number): Effect[] {\n    const stage = this.#stages[this.top - n];",
  },
  {
    name: "takes what the other node claims",
    law: "1",
    seed: 3,
    file: "core/classic/upkeep.ts",
    find: "return minus(minus(everything, claim), mirrored(partner.claim));",
    replace: "return minus(everything, claim);",
  },
  {
    name: "asks each millisecond for what is missing",
    law: "storm",
    seed: 8,
    file: "core/membership/rexmit.ts",
    find: "return Math.max(this.delayMs, 1);",
    replace: "return 1;",
  },
];
