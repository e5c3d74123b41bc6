// Plays the stories of test/scenario/carp/*.txt on a made-up segment and compares what happens with what
// they tell. test/scenario/carp/README.md says which words they are made of.

import type { RouterConfig } from "../../../src/config/router.ts";
import type { HeardAdvert } from "../../../src/core/carp/heard.ts";
import { type Member, Segment } from "./segment.ts";

/** What a story tells and what did not happen; empty when all of it did. */
export function play(story: string): string[] {
  const [opening = "", ...scenes] = story
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("\n")
    .split(/\n\s*\n/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const stage = new Stage(linesOf(opening).map(memberOf));
  const problems: string[] = [];
  for (const scene of scenes) {
    const [acts = "", expected = ""] = scene.split("----");
    stage.begin();
    for (const act of linesOf(acts)) stage.act(act);
    problems.push(...linesOf(expected).flatMap((line) => stage.check(line) ?? []));
  }
  return [...problems, ...stage.segment.violations];
}

class Stage {
  readonly segment: Segment;
  #from = 0;
  /** Per node: what was found already, so that lines come in order. */
  #found = new Map<string, number>();
  #forged = 0;

  constructor(members: readonly Member[]) {
    this.segment = new Segment(members);
  }

  begin(): void {
    this.#from = this.segment.lines.length;
    this.#found = new Map();
  }

  act(line: string): void {
    const [verb = "", name = "", ...rest] = line.split(/\s+/);
    const { segment } = this;
    switch (verb) {
      case "advance":
        segment.advance(msOf(name));
        return;
      case "start":
      case "kill":
      case "crash":
      case "freeze":
      case "thaw":
        segment.host(name)[verb]();
        return;
      case "leave":
        segment.host(name).command({ name: "leave" });
        return;
      case "yield":
        segment.host(name).command({ name: "yield" });
        return;
      case "carrier":
        segment.host(name).carrier(rest[0] === "lost" ? "no-carrier" : "up");
        return;
      case "check":
        segment.host(name).check(rest[0] === "works");
        return;
      case "script":
        segment.host(name).tempers.set(rest[0] ?? "", temperOf(rest.slice(1)));
        return;
      case "cut": {
        const [one = "", other = ""] = line.slice(4).split("|");
        segment.cut(one.trim().split(/\s+/), other.trim().split(/\s+/));
        return;
      }
      case "heal":
        segment.heal();
        return;
      case "lost":
      case "rival":
        this.#trouble(verb, name);
        return;
      case "sends":
        this.#sends(name, rest);
        return;
      case "advert":
        segment.host(name).hear(this.#advert(rest));
        return;
      case "replay":
        this.#replay(name, rest);
        return;
      default:
        throw new Error(`the story says "${line}", which nobody understands`);
    }
  }

  /** Why this is not true; undefined: it is. */
  check(line: string): string | undefined {
    const timed = /^([\d.]+)s (\S+)\s+(.*)$/.exec(line);
    if (timed !== null) return this.#said(line, timed);
    const is = /^(\S+) is (backup|master|init|none)$/.exec(line);
    if (is !== null) {
      const state = this.segment.host(is[1] ?? "").state;
      return state === is[2] ? undefined : `${line}: it is ${state}\n${this.#told()}`;
    }
    const holds = /^(.*) holds? it$/.exec(line);
    if (holds !== null) {
      const holders = this.segment.holders().map(({ name }) => name);
      const said = holds[1] === "nobody" ? "" : (holds[1] ?? "");
      return holders.join(" and ") === said ? undefined : `${line}: ${holders}\n${this.#told()}`;
    }
    const never = /^(\S+) never says (.*)$/.exec(line);
    if (never !== null) {
      const lines = this.segment.lines.slice(this.#from);
      const found = lines.find(
        ({ node, text }) => node === never[1] && text.includes(never[2] ?? ""),
      );
      return found === undefined ? undefined : `${line}: it said "${found.text}"`;
    }
    const counts = /^(\S+) refused (\d+) (replay|unsealed)$/.exec(line);
    if (counts !== null) {
      const refused =
        this.segment.host(counts[1] ?? "").view?.packets.rejected[counts[3] ?? ""] ?? 0;
      return refused === Number(counts[2]) ? undefined : `${line}: it refused ${refused}`;
    }
    return `${line}: nobody understands that`;
  }

  #said(line: string, [, time = "", node = "", text = ""]: RegExpExecArray): string | undefined {
    const { lines } = this.segment;
    for (let n = this.#found.get(node) ?? this.#from; n < lines.length; n += 1) {
      const said = lines[n];
      if (said?.node !== node || !said.text.includes(text) || timeOf(said.at) !== time) continue;
      this.#found.set(node, n + 1);
      return undefined;
    }
    return `${line}: not among\n${this.#told()}`;
  }

  #told(): string {
    const lines = this.segment.lines.slice(this.#from);
    return lines.map(({ at, node, text }) => `    ${timeOf(at)}s ${node} ${text}`).join("\n");
  }

  #trouble(verb: "lost" | "rival", name: string): void {
    const host = this.segment.host(name);
    const word = "eth0/42 10.77.0.252";
    if (verb === "lost")
      host.give({ on: "address-lost", word, reason: "removed", recoverable: true });
    else host.give({ on: "rival", word, mac: "02:00:00:00:00:99" });
  }

  #sends(name: string, [how, count = "1"]: readonly string[]): void {
    for (let n = 0; n < Number(count); n += 1) {
      this.segment.host(name).give({ on: "advert-sent", router: "eth0/42", ok: how === "well" });
    }
  }

  /** An advert of somebody who is no member of the segment: "from 10.77.0.9 1/0 [demote N] [bsd]". */
  #advert(words: readonly string[]): HeardAdvert {
    const [, from = "10.77.0.9", pace = "1/0", ...more] = words;
    const [advbase = 1, advskew = 0] = pace.split("/").map(Number);
    const demote = more.includes("demote") ? Number(more[more.indexOf("demote") + 1]) : 0;
    const mac = `00:00:5e:00:0${more.includes("bsd") ? 1 : 0}:2a`;
    this.#forged += 1;
    const counter = BigInt(5_000 + this.#forged);
    return { family: 4, from, mac, advbase, advskew, demote, counter };
  }

  /** The last advert that this host heard of another: "replay alice of bob [bare PACE]". */
  #replay(name: string, [, of = "", bare, pace = ""]: readonly string[]): void {
    const { address } = this.segment.host(of);
    const heard = this.segment.deliveries.findLast(
      ({ to, advert }) => to === name && advert.from === address,
    );
    if (heard === undefined) throw new Error(`${name} has not heard ${of}`);
    const { seal, ...advert } = heard.advert;
    const [advbase = 1, advskew = 0] = pace.split("/").map(Number);
    const asItWas = { ...advert, ...(seal === undefined ? {} : { seal }) };
    this.segment.host(name).hear(bare === undefined ? asItWas : { ...advert, advbase, advskew });
  }
}

/** "alice 10.77.0.1 advskew=100 preempt up=/up". */
function memberOf(line: string): Member {
  const [name = "", address = "", ...words] = line.split(/\s+/);
  const options = new Map(
    words.map((word) => {
      const [key = "", value] = word.split("=");
      return [key, value] as const;
    }),
  );
  const number = (key: string, usual: number) => Number(options.get(key) ?? usual);
  const config: Partial<RouterConfig> = {
    advbase: number("advbase", 1),
    advskew: number("advskew", 0),
    deadratio: number("deadratio", 3),
    preempt: options.has("preempt"),
    neutral: options.has("neutral"),
    ignoreIfState: options.has("ignoreifstate"),
    dialect: options.get("dialect") === "bsd" ? "bsd" : "ucarp",
    sourceMac: options.get("dialect") === "bsd" ? "bsd" : "ucarp",
    seal: options.has("sealed") ? "auto" : "off",
    likeUcarp: options.has("likeucarp"),
    shutdown: !options.has("likeucarp") || options.has("shutdown"),
    holdsAddresses: !options.has("scripts"),
    ...(options.has("scripts") ? { upScript: "/up", downScript: "/down" } : {}),
  };
  return { name, address, config };
}

function temperOf([how = "", length = "0s"]: readonly string[]): {
  fails?: boolean;
  tookMs?: number;
} {
  if (how === "fails") return { fails: true };
  return how === "takes" ? { tookMs: msOf(length) } : {};
}

function linesOf(part: string): string[] {
  return part
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

function msOf(length: string): number {
  const [, number = "0", unit = "s"] = /^([\d.]+)(ms|s|m)$/.exec(length) ?? [];
  return Number(number) * (unit === "ms" ? 1 : unit === "s" ? 1_000 : 60_000);
}

/** Seconds since the story began, to a tenth. */
function timeOf(at: number): string {
  return ((at - 1_000) / 1_000).toFixed(1);
}
