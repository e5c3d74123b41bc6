// Reads what `hb simulate` is told to do to the cluster: `--kill alice@10s`, `--cut eth0@20s`. One word is
// WHAT@WHEN; names that the files do not know are answered with the one that was meant.

import { nearest } from "../../config/nearest.ts";
import { quote, type Read, readChoice, readTime } from "../../config/unit.ts";
import type { Temper } from "../../sim/act.ts";
import type { Fault, Happening } from "../../sim/forecast/fault.ts";
import { manners } from "../../sim/forecast/faulttext.ts";
import type { Site } from "../../sim/forecast/site.ts";

/** The options that happen to one node and need no more than its name. */
export const nodeFaults = [
  "kill",
  "start",
  "crash",
  "kill-desk",
  "kill-pulse",
  "freeze",
  "thaw",
  "leave",
  "blind",
  "see",
] as const;

/** All options that are faults. */
export const faultOptions = [
  ...nodeFaults,
  "standby",
  "takeover",
  "cut",
  "heal",
  "loss",
  "script",
] as const;

export type FaultOption = (typeof faultOptions)[number];

/** What of the files the words may name. */
export type Known = Pick<Site, "nodes" | "links" | "ways" | "scripts">;

export type FaultRead =
  | { readonly ok: true; readonly fault: Fault }
  | { readonly ok: false; readonly reason: string };

/** One value of one option. */
export function readFault(option: FaultOption, text: string, known: Known): FaultRead {
  try {
    return { ok: true, fault: fault(option, text, known) };
  } catch (error) {
    if (error instanceof Wrong) return { ok: false, reason: error.message };
    throw error;
  }
}

/** Thrown and caught in this file alone: a word is read to its end or not at all. */
class Wrong extends Error {}

function fault(option: FaultOption, text: string, known: Known): Fault {
  switch (option) {
    case "cut": {
      const { what, at } = split(text, "eth0@20s, alice:eth0@20s or alice/bob@20s");
      return { at, ...cut(what, known) };
    }
    case "heal": {
      if (!text.includes("@")) return { at: time(text), kind: "heal" };
      const { what, at } = split(text, "30s or eth0@30s");
      return { at, kind: "heal", ...(what !== "" && { link: link(what, known.links) }) };
    }
    case "loss": {
      const { what, at } = split(text, "20%@10s or eth0:20%@10s");
      const [, name, rate = ""] = /^(?:(.*):)?([^:]*)$/.exec(what) ?? [];
      const where = name === undefined ? {} : { link: link(name, known.ways) };
      return { at, kind: "loss", rate: share(rate), ...where };
    }
    case "script":
      return script(text, known);
    case "standby":
    case "takeover": {
      const { what, at } = split(text, "alice@30s or alice:foreign@30s");
      const [name = "", set = "all"] = what.split(":", 2);
      const read = value(readChoice(set, ["all", "local", "foreign"]), "The groups");
      return { at, kind: option, node: node(name, known), set: read };
    }
    default: {
      const { what, at } = split(text, "alice@10s");
      return { at, kind: option, node: node(what, known) };
    }
  }
}

function cut(what: string, known: Known): Happening {
  const [first = "", ...sides] = what.split("/");
  // A tty has slashes of its own.
  if (sides.length === 0 || what.startsWith("/") || /:\//.test(what)) return plug(what, known);
  if (sides.length > 1) throw new Wrong(`${quote(what)} has more than two sides`);
  const [right = "", way] = (sides[0] ?? "").split(":", 2);
  const pair = [first, right].map((side) => side.split(",").map((name) => node(name, known)));
  const [left = [], other = []] = pair;
  const both = left.find((name) => other.includes(name));
  if (both !== undefined) throw new Wrong(`"${both}" stands on both sides`);
  const links = way === undefined ? known.ways : [link(way, known.ways)];
  return { kind: "part", sides: [left, other], links };
}

function plug(what: string, known: Known): Happening {
  const colon = what.indexOf(":");
  const isPlug = colon !== -1 && !known.links.includes(what);
  if (!isPlug) return { kind: "cut", link: link(what, known.links) };
  const [name, way] = [what.slice(0, colon), what.slice(colon + 1)];
  return { kind: "unplug", node: node(name, known), link: link(way, known.links) };
}

/** `httpd start-fails on bob@20s`; without "on", on every node; without a moment, from the start. */
function script(text: string, known: Known): Fault {
  const example = 'write "httpd start-fails on bob@20s"';
  const { what, at } = text.includes("@")
    ? split(text, "httpd start-fails@20s")
    : { what: text, at: 0 };
  const [name = "", manner, ...rest] = what.split(/\s+/).filter((word) => word !== "");
  if (manner === undefined) throw new Wrong(`${quote(text)} does not say what happens: ${example}`);
  const takes = manner === "takes" ? rest.shift() : undefined;
  const [on, names, ...spare] = rest;
  if (
    (on !== undefined && on !== "on") ||
    (on === "on" && names === undefined) ||
    spare.length > 0
  ) {
    throw new Wrong(`${quote(text)} is not understood: ${example}`);
  }
  const nodes = names?.split(",").map((each) => node(each, known)) ?? known.nodes;
  const temper = readManner(manner, takes);
  const word = resource(name, known);
  return { at, kind: "script", nodes, word, ...(temper !== undefined && { temper }) };
}

function readManner(manner: string, takes: string | undefined): Temper | undefined {
  if (manner === "works") return undefined;
  if (manner === "takes") return { tookMs: time(takes ?? "") };
  const words = Object.keys(manners);
  const known = words.find((word) => word === manner);
  if (known !== undefined) return manners[known as keyof typeof manners];
  throw new Wrong(unknown("behaviour", manner, [...words, "works", "takes"]));
}

/** A script of haresources: its whole word or its name. */
export function resource(name: string, { scripts }: Pick<Site, "scripts">): string {
  const whole = scripts.find((each) => each.word === name);
  const called = scripts.filter((each) => each.name === name);
  if (whole === undefined && called.length > 1) {
    const words = called.map((each) => each.word).join(" or ");
    throw new Wrong(`${quote(name)} stands for several scripts: write ${words}`);
  }
  const found = whole ?? called[0];
  if (found !== undefined) return found.word;
  if (scripts.length === 0)
    throw new Wrong(`haresources has no script called ${quote(name)}, nor any other`);
  throw new Wrong(
    unknown(
      "script",
      name,
      scripts.map((each) => each.word),
    ),
  );
}

/** `httpd=10s`, or a time for all of them. */
export function readScriptTime(
  text: string,
  known: Pick<Site, "scripts">,
): Read<{ readonly word?: string; readonly ms: number }> {
  try {
    const equals = text.lastIndexOf("=");
    if (equals === -1) return { ok: true, value: { ms: time(text) } };
    const word = resource(text.slice(0, equals), known);
    return { ok: true, value: { word, ms: time(text.slice(equals + 1)) } };
  } catch (error) {
    if (error instanceof Wrong) return { ok: false, want: "a time", reason: error.message };
    throw error;
  }
}

function split(text: string, example: string): { readonly what: string; readonly at: number } {
  const at = text.lastIndexOf("@");
  if (at === -1) throw new Wrong(`${quote(text)} does not say when: write ${example}`);
  return { what: text.slice(0, at).trim(), at: time(text.slice(at + 1)) };
}

function time(text: string): number {
  return value(readTime(text), "The moment");
}

function share(text: string): number {
  const match = /^(\d+(?:\.\d+)?)%$/.exec(text);
  const rate = Number(match?.[1] ?? Number.NaN) / 100;
  if (rate >= 0 && rate <= 1) return rate;
  throw new Wrong(`The loss must be a share from 0% to 100%: ${quote(text)} is none`);
}

function node(name: string, { nodes }: Known): string {
  const lower = name.trim().toLowerCase();
  if (nodes.includes(lower)) return lower;
  throw new Wrong(unknown("node", name, nodes));
}

function link(name: string, links: readonly string[]): string {
  if (links.includes(name)) return name;
  throw new Wrong(unknown("link", name, links));
}

function unknown(kind: string, name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  const hint = meant === undefined ? `there is ${known.join(", ")}` : `did you mean "${meant}"?`;
  return `Unknown ${kind} ${quote(name)}: ${hint}`;
}

function value<Value>(read: Read<Value>, what: string): Value {
  if (read.ok) return read.value;
  throw new Wrong(`${what} must be ${read.want}: ${read.reason}`);
}
