// Cores that were broken on purpose: for each law several, so that the judge himself is judged.
//
// A mutation is a piece of src that is found exactly once and replaced while a process loads it
// (preload.ts). The same stories, played by the core as it is, break nothing. What a later floor makes good (a
// desk that runs one script of a group at a time) cannot be seen from outside, and is no mutation here.

import type { StoryName } from "./story.ts";

export interface Mutation {
  readonly name: string;
  /** The run that shows it (story.ts). */
  readonly story: StoryName;
  /** Below src. */
  readonly file: string;
  /** Must occur exactly once. */
  readonly find: string;
  readonly replace: string;
  /** The law that is broken then. */
  readonly law: string;
}

export const mutations: readonly Mutation[] = [
  {
    name: "takes what another node still has up",
    story: "deaths",
    law: "1",
    file: "core/native/council.ts",
    find: "if (news !== undefined && isBusy(news.activity)) return",
    replace: "if (news !== undefined && node === key) return",
  },
  {
    name: "believes reports that were made before it was heard",
    story: "naps",
    law: "3",
    file: "core/native/hearsay.ts",
    find: "return echo.generation === this.#generation && echo.n >= peer.askN;",
    replace: "return true;",
  },
  {
    name: "keeps what others hold as well",
    story: "partitions",
    law: "1",
    file: "core/native/partition.ts",
    find: "if (verdict.node !== this.#council.self) return this.#yield(key, verdict.node, text, now);",
    replace: "",
  },
  {
    name: "calls a peer dead at half its dead time",
    story: "partitions",
    law: "1",
    file: "core/membership/peer.ts",
    find: "const silent = after(this.#heardAt, this.deadMs);",
    replace: "const silent = after(this.#heardAt, this.deadMs / 2);",
  },
  {
    name: "takes over from nobody",
    story: "deaths",
    law: "2",
    file: "core/native/native.ts",
    find: "if (this.#mayKeep(node, key, now)) {",
    replace: "if (this.#mayKeep(node, key, now) || node !== key) {",
  },
  {
    name: "calls a peer dead after three dead times",
    story: "deaths",
    law: "2",
    file: "core/membership/peer.ts",
    find: "const silent = after(this.#heardAt, this.deadMs);",
    replace: "const silent = after(this.#heardAt, 3 * this.deadMs);",
  },
  {
    name: "lets the older of two registers stand",
    story: "deaths",
    law: "2",
    file: "core/native/register.ts",
    find: "return one.epoch > other.epoch ? one : other;",
    replace: "return one.epoch < other.epoch ? one : other;",
  },
  {
    name: "leaves its addresses up when it overslept",
    story: "naps",
    law: "3",
    file: "core/core.ts",
    find: "...(isLong ? this.#groups.suspend() : []),",
    replace: "",
  },
  {
    name: "takes every sleep for a short one",
    story: "naps",
    law: "3",
    file: "core/core.ts",
    find: "const isLong = silentMs >= this.#config.timing.deadtimeMs;",
    replace: "const isLong = silentMs >= 1_000_000 * this.#config.timing.deadtimeMs;",
  },
  {
    name: "resumes after a sleep without asking",
    story: "naps",
    law: "3",
    file: "core/native/council.ts",
    find: "this.#blindUntil = after(now, this.config.timing.deadtimeMs);\n    for (const node of this.#peers) this.appeared(node, now);",
    replace: "",
  },
  {
    name: "forgets to say that there is nothing to move",
    story: "operators",
    law: "4",
    file: "core/native/operator.ts",
    find: 'if (moves.length === 0) return [{ do: "reply", request, ok: true, text: "Nothing to move" }];',
    replace: "if (moves.length === 0) return [];",
  },
  {
    name: "says that a group moved as soon as it is assigned",
    story: "operators",
    law: "4",
    file: "core/native/operator.ts",
    find: 'if (node === to && state === "held") return "done";',
    replace: 'if (node === to) return "done";',
  },
  {
    name: "answers what it has answered already",
    story: "operators",
    law: "4",
    file: "core/native/request.ts",
    find: "return reply === undefined;",
    replace: "return true;",
  },
  {
    name: "refuses without a reason",
    story: "naps",
    law: "4",
    file: "core/native/request.ts",
    find: 'return { do: "reply", request, ok: false, text: reason };',
    replace: 'return { do: "reply", request, ok: false, text: reason.slice(0, 0) };',
  },
  {
    name: "stops a group from its first resource on",
    story: "deaths",
    law: "5",
    file: "core/group/ladder.ts",
    find: "stop(n: number, job: number): Effect[] {\n    const stage = this.#stages[n];",
    replace:
      "stop(n: number, job: number): Effect[] {\n    const stage = this.#stages[this.top - n];",
  },
  {
    name: "starts a group from its last resource on",
    story: "holes",
    law: "5",
    file: "core/group/ladder.ts",
    find: "start(n: number, job: number): Effect[] {\n    const stage = this.#stages[n];",
    replace:
      "start(n: number, job: number): Effect[] {\n    const stage = this.#stages[this.top - n];",
  },
  {
    name: "goes on after a failed start",
    story: "operators",
    law: "5",
    file: "core/group/group.ts",
    find: 'case "starting":\n        if (!result.ok) {',
    replace: 'case "starting":\n        if (this.#ladder.top < 0) {',
  },
  {
    name: "believes a message of an earlier run",
    story: "forgers",
    law: "6",
    file: "core/membership/peer.ts",
    find: "if (generation < this.generation) return false;\n    if (generation > this.generation) this.#newRun(generation);",
    replace: "if (generation !== this.generation) this.#newRun(generation);",
  },
  {
    name: "begins anew with whatever run it hears of",
    story: "forgers",
    law: "6",
    file: "core/membership/peer.ts",
    find: "if (generation < this.generation) return false;",
    replace: "if (generation < this.generation) this.#newRun(generation);",
  },
  {
    name: "believes again of the dead what they said when they were alive",
    story: "haunted",
    law: "6",
    file: "core/membership/sequence.ts",
    find: "this.#floor = Math.max(this.#floor, this.#last ?? 0);",
    replace: "",
  },
  {
    name: "takes an old message for a sign of life",
    story: "haunted",
    law: "6",
    file: "core/membership/reception.ts",
    find: 'if (arrival.kind === "old") return this.#count("old");',
    replace:
      'if (arrival.kind === "old") peer.heard(now);\n    if (arrival.kind === "old") return this.#count("old");',
  },
  {
    name: "takes a copy for a sign of life",
    story: "doubles",
    law: "6",
    file: "core/membership/reception.ts",
    find: 'if (arrival.kind === "duplicate") return this.#count("duplicate");',
    replace:
      'if (arrival.kind === "duplicate") peer.heard(now);\n    if (arrival.kind === "duplicate") return this.#count("duplicate");',
  },
  {
    name: "counts every copy as news",
    story: "doubles",
    law: "6",
    file: "core/membership/sequence.ts",
    find: 'if (seq === last) return { kind: "duplicate" };\n    if (seq < last) return this.#earlier(seq);',
    replace: 'if (seq <= last) return { kind: "next" };',
  },
  {
    name: "does not look at what a packet is signed with",
    story: "forgers",
    law: "6",
    file: "wire/sign.ts",
    find: 'return sameToken(token(key, bytes), parts[2] ?? "") ? "good" : "signature";',
    replace: 'return "good";',
  },
  {
    name: "compares the first digit of a digest alone",
    story: "forgers",
    law: "6",
    file: "wire/sign.ts",
    find: 'sameToken(token(key, bytes), parts[2] ?? "")',
    replace: "(token(key, bytes)[0] === parts[2]?.[0])",
  },
  {
    name: "believes what is signed with a key that it does not know",
    story: "strangers",
    law: "6",
    file: "wire/sign.ts",
    find: 'if (key === undefined) return "unknown-key";',
    replace: 'if (key === undefined) return "good";',
  },
  {
    name: "cannot bear a report of an epoch above two",
    story: "deaths",
    law: "6",
    file: "core/native/bulletin.ts",
    find: "if (activity === undefined || claim === undefined || epoch === undefined) return undefined;",
    replace: "if (claim !== undefined && claim > 2) throw new Error(line);",
  },
  {
    name: "stops what it adopted",
    story: "restarts",
    law: "7",
    file: "core/group/group.ts",
    find: 'if (this.#goal === "down") effects.push(...this.#stopAll(now));\n    return effects;',
    replace: "effects.push(...this.#stopAll(now));\n    return effects;",
  },
  {
    name: "yields to whoever holds the same",
    story: "partitions",
    law: "7",
    file: "core/native/partition.ts",
    find: "if (verdict.node !== this.#council.self) return this.#yield(key, verdict.node, text, now);",
    replace: "return this.#yield(key, verdict.node, text, now);",
  },
  {
    name: "reports at every turn",
    story: "naps",
    law: "storm",
    file: "core/native/herald.ts",
    find: "if (said === this.#said && !this.#asked && !due) return [];\n    if (!this.#mayTalk(now)) return [];",
    replace: "",
  },
];
