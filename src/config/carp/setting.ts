// What may be said of one virtual router besides its interface, vhid and addresses: the settings of a
// `carp` line, which are the options of `hb carp` as well. What they mean together is asked in line.ts.

import {
  advertIntervalMs,
  BSD_DEADRATIO,
  deadIntervalMs,
  type Pace,
} from "../../wire/carp/timing.ts";
import { canonicalIPv6, isIPv4, isIPv6, isMulticast4 } from "../address.ts";
import { isDeviceName } from "../directive/medium.ts";
import { splitCommas } from "../lexer.ts";
import type { Report, Word } from "../report.ts";
import type { RouterConfig, Track } from "../router.ts";
import {
  quote,
  type Read,
  readBoolean,
  readChoice,
  readInteger,
  readPositiveTime,
  sayTime,
} from "../unit.ts";

/** What a `carp` line asks for: a router whose password is still in its file. */
export type RouterLine = Omit<RouterConfig, "password"> & { readonly passfile?: string };

/** The same while its settings are read. */
export type RouterDraft = { -readonly [Key in keyof RouterLine]?: RouterLine[Key] };

export interface Setting {
  /** What stands behind the "="; absent: a flag, which may have "on" or "off" there. */
  readonly value?: string;
  set(value: Word, draft: RouterDraft, report: Report): void;
}

/** By name, as it is printed. */
export const settings: ReadonlyMap<string, Setting> = new Map<string, Setting>([
  ["advbase", { value: "SECONDS", set: setAdvbase }],
  ["advskew", scalar("advskew", "N", (text) => readInteger(text, 0, 255))],
  ["deadratio", scalar("deadratio", "N", (text) => readInteger(text, 1, 65_535))],
  ["passfile", scalar("passfile", "PATH", readPath)],
  ["preempt", flag("preempt")],
  ["neutral", flag("neutral")],
  ["up", scalar("upScript", "PATH", readPath)],
  ["down", scalar("downScript", "PATH", readPath)],
  ["xparam", scalar("xparam", "TEXT", (value) => ({ ok: true, value }))],
  ["script-timeout", scalar("scriptTimeoutMs", "TIME", readPositiveTime)],
  ["source", scalar("source", "ADDRESS", readHost4)],
  ["source-mac", choice("sourceMac", ["ucarp", "bsd", "interface"])],
  ["mcastip", scalar("multicast", "GROUP", readGroup)],
  ["nomcast", flag("broadcast")],
  ["peer", { value: "ADDRESS[,ADDRESS…]", set: addPeers }],
  ["dialect", choice("dialect", ["ucarp", "bsd"])],
  ["seal", choice("seal", ["auto", "require", "off"])],
  ["vmac", flag("vmac")],
  ["ignoreifstate", flag("ignoreIfState")],
  ["track", { value: "DEVICE|PATH[,…]", set: addTracks }],
  ["group", scalar("group", "NAME", readGroupName)],
  ["announce-interval", scalar("announceIntervalMs", "TIME", readInterval)],
]);

/** ucarp's names for what has a shorter one here. */
const otherNames: ReadonlyMap<string, string> = new Map([
  ["upscript", "up"],
  ["downscript", "down"],
  ["srcip", "source"],
  ["mcast", "mcastip"],
]);

/** The setting's own name for a name as people write it. */
export function settingName(written: string): string | undefined {
  const name = written.replaceAll("_", "-");
  const own = otherNames.get(name) ?? name;
  return settings.has(own) ? own : undefined;
}

function scalar<Key extends keyof RouterDraft>(
  key: Key,
  value: string,
  read: (text: string) => Read<NonNullable<RouterDraft[Key]>>,
): Setting {
  return {
    value,
    set(word, draft, report) {
      const result = read(word.text);
      if (result.ok) draft[key] = result.value;
      else sayWrong(key, word, result, report);
    },
  };
}

function flag(key: "preempt" | "neutral" | "broadcast" | "vmac" | "ignoreIfState"): Setting {
  const { set } = scalar(key, "", readBoolean);
  return { set };
}

function choice<Key extends "dialect" | "seal" | "sourceMac">(
  key: Key,
  choices: readonly RouterConfig[Key][],
): Setting {
  return scalar(key, choices.join("|"), (text) => readChoice(text, choices)) as Setting;
}

/** The names under which people know the keys that are called otherwise here. */
const spelling: Partial<Record<keyof RouterDraft, string>> = {
  upScript: "up",
  downScript: "down",
  scriptTimeoutMs: "script-timeout",
  sourceMac: "source-mac",
  multicast: "mcastip",
  broadcast: "nomcast",
  ignoreIfState: "ignoreifstate",
  announceIntervalMs: "announce-interval",
};

function sayWrong(
  key: keyof RouterDraft,
  word: Word,
  wrong: Extract<Read<unknown>, { ok: false }>,
  report: Report,
): void {
  const name = spelling[key] ?? key;
  report.error(word, `"${name}" must be ${wrong.want}: ${wrong.reason}`, wrong.hint);
}

/** Whole seconds; a fraction of one is what the skew is for. */
function setAdvbase(word: Word, draft: RouterDraft, report: Report): void {
  const whole = readInteger(word.text, 0, 255);
  if (whole.ok) {
    draft.advbase = whole.value;
    return;
  }
  const wanted = Number(word.text);
  const fraction = /^\d*\.\d+$/.test(word.text) && wanted < 256;
  const hint = fraction ? { hint: inSkews(wanted) } : {};
  sayWrong("advbase", word, { ...whole, want: "whole seconds from 0 to 255", ...hint }, report);
}

/** The base and skew that come nearest to an interval in seconds, and what they lead to. */
function inSkews(seconds: number): string {
  const units = Math.min(255 * 256 + 255, Math.max(1, Math.round(seconds * 256)));
  const pace: Pace = { advbase: Math.floor(units / 256), advskew: units % 256 };
  const round = (ms: number) => sayTime(Math.round(ms));
  const { advbase, advskew } = pace;
  const every = round(advertIntervalMs(pace));
  const dead = round(deadIntervalMs(pace, BSD_DEADRATIO));
  return `advbase ${advbase} with advskew ${advskew}: an advert every ${every}, dead after ${dead}`;
}

function readPath(text: string): Read<string> {
  if (text.startsWith("/")) return { ok: true, value: text };
  const reason = `${quote(text)} does not begin with "/"`;
  return { ok: false, want: "an absolute path", reason };
}

function readHost4(text: string): Read<string> {
  const own = isIPv4(text) && !isMulticast4(text) && text !== "0.0.0.0";
  if (own) return { ok: true, value: text };
  return { ok: false, want: "this host's own IPv4 address", reason: `${quote(text)} is none` };
}

function readGroup(text: string): Read<string> {
  if (isMulticast4(text)) return { ok: true, value: text };
  const want = "an address of 224.0.0.0 to 239.255.255.255";
  return { ok: false, want, reason: `${quote(text)} is not` };
}

function readGroupName(text: string): Read<string> {
  if (/^[A-Za-z0-9_.-]{1,32}$/.test(text)) return { ok: true, value: text };
  const want = "a name of at most 32 letters, digits and _.-";
  return { ok: false, want, reason: `${quote(text)} is not` };
}

function readInterval(text: string): Read<number> {
  return text === "0" || text === "off" ? { ok: true, value: 0 } : readPositiveTime(text);
}

function addPeers(word: Word, draft: RouterDraft, report: Report): void {
  for (const each of splitCommas(word)) {
    const { text } = each;
    if (!isIPv4(text) && !isIPv6(text)) {
      report.error(each, `A peer must be an IP address: ${quote(text)} is none`);
      continue;
    }
    const address = isIPv4(text) ? text : canonicalIPv6(text);
    const peers = draft.peers ?? [];
    if (peers.includes(address)) report.warning(each, `Peer ${address} is given twice`);
    else draft.peers = [...peers, address];
  }
}

function addTracks(word: Word, draft: RouterDraft, report: Report): void {
  for (const each of splitCommas(word)) {
    const { text } = each;
    const device = isDeviceName(text);
    if (!device && !text.startsWith("/")) {
      const reason = `${quote(text)} is neither`;
      report.error(each, `"track" must be an interface or an absolute path: ${reason}`);
      continue;
    }
    const track: Track = device
      ? { kind: "interface", device: text }
      : { kind: "script", path: text };
    draft.track = [...(draft.track ?? []), track];
  }
}
