// What an hb node tells the other hb nodes about groups: message `t=hb_groups`.
//
// State, never an order: a bulletin holds everything that its sender knows of its own hand, so one
// that is lost, doubled or late does no harm. Heartbeat 3 ignores the type. Format (docs/design.md,
// "The bulletin"): string fields, so that classic text can carry it as well.
//
//   t=hb_groups  n=17  st=active  pings=2  seen="bob:1700000001:12 "  runs="carol:1700000002"
//   ask="carol "  home=10  gone=01  fences=1  fenced="dave:1700000003"  bare="bob:1:alice"  lines=0badcafe
//   g="held 7 0 7 alice 10.0.0.10"  g=…             activity, claim, unwilling, epoch, node, key
//   ups=2  u="0 10.0.0.10"  u="0 httpd"             of which group what is up, where lines differ

import { bulletinType } from "../../wire/bulletin.ts";
import { type Field, type Message, textOf } from "../../wire/message.ts";
import type { GroupState } from "../group/hand.ts";
import { type Register, sameRegister } from "./register.ts";

export interface GroupNews {
  readonly register: Register;
  readonly activity: GroupState;
  /** Epoch under which the sender holds the group; 0 when it does not. */
  readonly claim: number;
  /** The sender would not start it even if it were assigned to it. */
  readonly unwilling: boolean;
}

/** A node whose bulletin the sender has heard, and which one was the last. */
export interface Echo {
  readonly generation: number;
  readonly n: number;
}

export interface Bulletin {
  /** Counts the bulletins of one generation of the sender. */
  readonly n: number;
  readonly status: "starting" | "active" | "leaving";
  /** Ping nodes that the sender hears. */
  readonly pings: number;
  readonly seen: ReadonlyMap<string, Echo>;
  /** In which run the sender knows those that are not here: it drops what it hears of an earlier one. */
  readonly runs: ReadonlyMap<string, number>;
  /** Nodes that shall answer at once with a bulletin of their own. */
  readonly ask: readonly string[];
  readonly groups: ReadonlyMap<string, GroupNews>;
  /** Groups that belong to the sender by its own files (auto_failback). Undefined: it does not say. */
  readonly homes: ReadonlySet<string> | undefined;
  /** Groups that its files do not have any more, and that it is still stopping. */
  readonly gone?: ReadonlySet<string>;
  /** The sender has a device that resets others. */
  readonly fences?: true;
  /** Nodes that are not heard since they were reset, and in which run. */
  readonly fenced?: ReadonlyMap<string, number>;
  /** By owner: who has the set of its groups, where there is none in it (bare.ts). */
  readonly bare?: ReadonlyMap<string, Register>;
  /** Of the sender's configuration (config/digest.ts); nothing is decided by it. */
  readonly digest?: string;
  /** Which lines of haresources the sender goes by (config/digest.ts); an older hb does not say. */
  readonly layout?: string;
  /** Resource words that are or may be up there, by their group. Undefined: it does not say (whereabouts.ts). */
  readonly up?: ReadonlyMap<string, readonly string[]>;
}

/** True when the two differ in nothing but their numbers and those that they echo. */
export function saysTheSame(one: Bulletin, other: Bulletin): boolean {
  if (one.status !== other.status || one.pings !== other.pings) return false;
  if (one.ask.length > 0 || other.ask.length > 0) return false;
  if (one.seen.size !== other.seen.size) return false;
  for (const [node, { generation }] of one.seen) {
    if (other.seen.get(node)?.generation !== generation) return false;
  }
  if (one.homes !== other.homes && homeOf(one) !== homeOf(other)) return false;
  if (one.fences !== other.fences || fencedOf(one) !== fencedOf(other)) return false;
  if (one.gone !== other.gone && goneOf(one) !== goneOf(other)) return false;
  if (one.bare !== other.bare && bareOf(one.bare) !== bareOf(other.bare)) return false;
  if (one.layout !== other.layout || upOf(one)?.join("\n") !== upOf(other)?.join("\n"))
    return false;
  return one.groups === other.groups || sameGroups(one.groups, other.groups);
}

function sameGroups(one: Bulletin["groups"], other: Bulletin["groups"]): boolean {
  if (one.size !== other.size) return false;
  for (const [key, news] of one) {
    const others = other.get(key);
    if (others === undefined || !sameNews(news, others)) return false;
  }
  return true;
}

function sameNews(one: GroupNews, other: GroupNews): boolean {
  return (
    one.activity === other.activity &&
    one.claim === other.claim &&
    one.unwilling === other.unwilling &&
    sameRegister(one.register, other.register)
  );
}

/** `lines`: what its groups are as lines, for who has them already. */
export function encodeBulletin(bulletin: Bulletin, lines = linesOf(bulletin.groups)): Message {
  const seen = [...bulletin.seen].map(([node, { generation, n }]) => `${node}:${generation}:${n}`);
  const fields = [
    stringField("t", bulletinType),
    stringField("n", String(bulletin.n)),
    stringField("st", bulletin.status),
    stringField("pings", String(bulletin.pings)),
    stringField("seen", seen.join(" ")),
    stringField("ask", bulletin.ask.join(" ")),
  ];
  if (bulletin.runs.size > 0) fields.push(stringField("runs", encodeRuns(bulletin.runs)));
  if (bulletin.fences) fields.push(stringField("fences", "1"));
  const fenced = fencedOf(bulletin);
  if (fenced !== "") fields.push(stringField("fenced", fenced));
  const home = homeOf(bulletin);
  if (home !== undefined) fields.push(stringField("home", home));
  const gone = goneOf(bulletin);
  if (gone !== undefined) fields.push(stringField("gone", gone));
  const bare = bareOf(bulletin.bare);
  if (bare !== undefined) fields.push(stringField("bare", bare));
  if (bulletin.digest !== undefined) fields.push(stringField("conf", bulletin.digest));
  if (bulletin.layout !== undefined) fields.push(stringField("lines", bulletin.layout));
  for (const line of lines) fields.push(stringField("g", line));
  const up = upOf(bulletin);
  if (up !== undefined) fields.push(stringField("ups", String(up.length)));
  for (const word of up ?? []) fields.push(stringField("u", word));
  return { fields };
}

/** Reads the bulletins of one node. Of its groups it says the same for years: that is read once. */
export class BulletinReader {
  #lines: readonly string[] = [];
  #groups: Bulletin["groups"] = new Map();
  #home: string | undefined;
  #homes: Bulletin["homes"];

  /** Undefined when it is none, or of a form that this version does not know. */
  read(message: Message): Bulletin | undefined {
    if (textOf(message, "t") !== bulletinType) return undefined;
    const n = number(textOf(message, "n"));
    const pings = number(textOf(message, "pings"));
    const status = textOf(message, "st");
    if (n === undefined || pings === undefined) return undefined;
    if (status !== "starting" && status !== "active" && status !== "leaving") return undefined;
    const groups = this.#read(message);
    if (groups === undefined) return undefined;
    const seen = decodeSeen(words(textOf(message, "seen")));
    const runs = decodeRuns(words(textOf(message, "runs")));
    const ask = words(textOf(message, "ask"));
    const digest = textOf(message, "conf");
    const gone = decodeMarks(textOf(message, "gone"), groups);
    const fenced = decodeRuns(words(textOf(message, "fenced")));
    const bare = decodeBare(words(textOf(message, "bare")));
    const layout = textOf(message, "lines");
    const told = {
      ...(gone !== undefined && { gone }),
      ...(textOf(message, "fences") === "1" && { fences: true as const }),
      ...(fenced.size > 0 && { fenced }),
      ...(bare.size > 0 && { bare }),
      ...(digest !== undefined && { digest }),
      ...(layout !== undefined && { layout }),
      ...(textOf(message, "ups") !== undefined && { up: decodeUp(message, groups) }),
    };
    return { n, status, pings, seen, runs, ask, groups, homes: this.#homes, ...told };
  }

  #read(message: Message): Bulletin["groups"] | undefined {
    const lines = stringsOf(message, "g");
    const home = textOf(message, "home");
    const known = this.#lines;
    const isKnown = lines.length === known.length && lines.every((line, n) => line === known[n]);
    if (isKnown && home === this.#home) return this.#groups;
    const groups = isKnown ? this.#groups : decodeGroups(lines);
    if (groups === undefined) return undefined;
    this.#lines = lines;
    this.#groups = groups;
    this.#home = home;
    this.#homes = decodeMarks(home, groups);
    return groups;
  }
}

function stringsOf({ fields }: Message, name: string): string[] {
  const strings: string[] = [];
  for (const field of fields) {
    if (field.name === name && field.type === "string") strings.push(field.value);
  }
  return strings;
}

/** The same for a bulletin of whomever. */
export function decodeBulletin(message: Message): Bulletin | undefined {
  return new BulletinReader().read(message);
}

/** The groups of a bulletin, a line each. */
export function linesOf(groups: Bulletin["groups"]): string[] {
  const lines: string[] = [];
  for (const [key, news] of groups) lines.push(encodeNews(key, news));
  return lines;
}

/** "101": for each group whether the sender is its home. */
function homeOf({ homes, groups }: Bulletin): string | undefined {
  return homes === undefined ? undefined : encodeMarks(homes, groups);
}

/** The same for those that its files have no more; undefined where there is none. */
function goneOf({ gone, groups }: Bulletin): string | undefined {
  return gone === undefined || gone.size === 0 ? undefined : encodeMarks(gone, groups);
}

/** "0 httpd": the number of the group among the bulletin's, and the word. */
function upOf({ up, groups }: Bulletin): string[] | undefined {
  if (up === undefined) return undefined;
  const keys = [...groups.keys()];
  return [...up].flatMap(([key, words]) => words.map((word) => `${keys.indexOf(key)} ${word}`));
}

function decodeUp(message: Message, groups: Bulletin["groups"]): Bulletin["up"] & {} {
  const keys = [...groups.keys()];
  const up = new Map<string, string[]>();
  for (const entry of stringsOf(message, "u")) {
    const [digits = ""] = entry.split(" ", 1);
    const key = keys[number(digits) ?? keys.length];
    if (key === undefined) continue;
    const words = up.get(key) ?? [];
    up.set(key, words);
    words.push(entry.slice(digits.length + 1));
  }
  return up;
}

function fencedOf({ fenced }: Bulletin): string {
  return fenced === undefined ? "" : encodeRuns(fenced);
}

/** "bob:1700000001 carol:1700000002" */
function encodeRuns(runs: ReadonlyMap<string, number>): string {
  return [...runs].map(([node, generation]) => `${node}:${generation}`).join(" ");
}

/** "bob:1:alice": alice has the set of bob; undefined while none has moved. */
export function bareOf(bare: Bulletin["bare"]): string | undefined {
  if (bare === undefined || bare.size === 0) return undefined;
  return [...bare].map(([owner, { node, epoch }]) => `${owner}:${epoch}:${node}`).join(" ");
}

function decodeBare(entries: readonly string[]): Map<string, Register> {
  const bare = new Map<string, Register>();
  for (const entry of entries) {
    const [owner, digits, node] = entry.split(":");
    const epoch = number(digits);
    if (owner !== undefined && epoch !== undefined && node) bare.set(owner, { node, epoch });
  }
  return bare;
}

function encodeMarks(marked: ReadonlySet<string>, groups: Bulletin["groups"]): string {
  let marks = "";
  for (const key of groups.keys()) marks += marked.has(key) ? "1" : "0";
  return marks;
}

function decodeMarks(
  marks: string | undefined,
  groups: Bulletin["groups"],
): ReadonlySet<string> | undefined {
  if (marks?.length !== groups.size) return undefined;
  return new Set([...groups.keys()].filter((_key, n) => marks[n] === "1"));
}

function encodeNews(key: string, news: GroupNews): string {
  const { activity, claim, unwilling, register } = news;
  return `${activity} ${claim} ${unwilling ? 1 : 0} ${register.epoch} ${register.node} ${key}`;
}

function decodeGroups(lines: readonly string[]): Bulletin["groups"] | undefined {
  const groups = new Map<string, GroupNews>();
  for (const line of lines) {
    const entry = decodeNews(line);
    if (entry === undefined) return undefined;
    groups.set(entry.key, entry.news);
  }
  return groups;
}

function decodeNews(line: string): { key: string; news: GroupNews } | undefined {
  const parts = line.split(" ");
  const activity = activityOf(parts[0]);
  const claim = number(parts[1]);
  const unwilling = parts[2];
  const epoch = number(parts[3]);
  const node = parts[4];
  const key = parts.length === 6 ? (parts[5] ?? "") : parts.slice(5).join(" ");
  if (activity === undefined || claim === undefined || epoch === undefined) return undefined;
  if (node === undefined || node === "" || key === "") return undefined;
  const news = { register: { node, epoch }, activity, claim, unwilling: unwilling === "1" };
  return { key, news };
}

function decodeSeen(entries: readonly string[]): Map<string, Echo> {
  const seen = new Map<string, Echo>();
  for (const entry of entries) {
    const parts = entry.split(":");
    const node = parts[0];
    const generation = number(parts[1]);
    const n = number(parts[2]);
    if (node === undefined || generation === undefined || n === undefined) continue;
    seen.set(node, { generation, n });
  }
  return seen;
}

function decodeRuns(entries: readonly string[]): Map<string, number> {
  const runs = new Map<string, number>();
  for (const entry of entries) {
    const [node, digits] = entry.split(":");
    const generation = number(digits);
    if (node !== undefined && generation !== undefined) runs.set(node, generation);
  }
  return runs;
}

function activityOf(word: string | undefined): GroupState | undefined {
  switch (word) {
    case "idle":
    case "starting":
    case "held":
    case "stopping":
    case "failed":
    case "unsure":
      return word;
    default:
      return undefined;
  }
}

function number(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,15}$/.test(text)) return undefined;
  return Number(text);
}

function words(text: string | undefined): string[] {
  return (text ?? "").split(" ").filter((word) => word !== "");
}

function stringField(name: string, value: string): Field {
  return { name, type: "string", value };
}
