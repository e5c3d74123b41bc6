// Plays the stories of test/scenario/carp/*.txt on a made-up segment and compares what happens with what
// they tell. test/scenario/carp/README.md says which words they are made of.

import type { ClusterConfig } from "../../../src/config/cluster.ts";
import type { RouterConfig } from "../../../src/config/router.ts";
import type { Temper } from "../../../src/sim/act.ts";
import type { Breed, HostShape } from "../../../src/sim/shape.ts";
import type { HeardAdvert } from "../../../src/wire/carp/heard.ts";
import { plainConfig } from "../../plainconfig.ts";
import { plainRouter } from "../../plainrouter.ts";
import type { RouterHost } from "./world/host.ts";
import { Segment } from "./world/segment.ts";

interface Line {
  readonly at: number;
  readonly node: string;
  readonly text: string;
}

/** What a story tells and what did not happen; empty when all of it did. */
export function play(story: string): string[] {
  const [opening = "", ...scenes] = story
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("\n")
    .split(/\n\s*\n/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const stage = new Stage(linesOf(opening).map(hostOf));
  const problems: string[] = [];
  for (const scene of scenes) {
    const [acts = "", expected = ""] = scene.split("----");
    stage.begin();
    for (const act of linesOf(acts)) stage.act(act);
    problems.push(...linesOf(expected).flatMap((line) => stage.check(line) ?? []));
  }
  return [...problems, ...stage.breaches];
}

class Stage {
  readonly segment: Segment;
  readonly lines: Line[] = [];
  readonly breaches: string[] = [];
  /** What each host heard last of each other. */
  readonly #heard = new Map<string, HeardAdvert>();
  #from = 0;
  /** Per node: what was found already, so that lines come in order. */
  #found = new Map<string, number>();
  #forged = 0;

  constructor(hosts: readonly HostShape[]) {
    this.segment = new Segment({ seed: 1, hosts });
    this.segment.watch((sight, at) => {
      if (sight.saw === "log") this.lines.push({ at, node: sight.node, text: sight.text });
      else if (sight.saw === "breach") this.breaches.push(`${sight.node}: ${sight.text}`);
      else if (sight.saw === "advert-heard" && sight.touched === undefined) {
        this.#heard.set(`${sight.node} of ${sight.from}`, sight.advert);
      }
    });
  }

  begin(): void {
    this.#from = this.lines.length;
    this.#found = new Map();
  }

  act(line: string): void {
    const [verb = "", node = "", ...rest] = line.split(/\s+/);
    const { segment } = this;
    const isGood = rest[0] === "works" || rest[0] === "back" || rest[0] === "up";
    switch (verb) {
      case "advance":
        segment.advance(msOf(node));
        return;
      case "start":
      case "kill":
      case "crash":
      case "kill-pulse":
      case "kill-desk":
      case "freeze":
      case "thaw":
      case "leave":
      case "yield":
      case "rival":
        segment.act({ act: verb, node, word: "" });
        return;
      case "carrier":
      case "device":
        segment.act({ act: verb, node, device: "eth0", up: isGood });
        return;
      case "check":
        segment.act({ act: verb, node, ok: isGood });
        return;
      case "mute":
        segment.act({ act: verb, node, on: rest[0] === "on" });
        return;
      case "clock":
        segment.act({ act: verb, node, stepMs: msOf(rest[0] ?? "") });
        return;
      case "lose":
        segment.act({ act: verb, node, file: "seals", how: "lost" });
        return;
      case "becomes":
        segment.act({ act: "breed", node, breed: breedOf(rest[0] ?? "") });
        return;
      case "reload":
        segment.act({ act: verb, node, config: this.#changed(node, rest) });
        return;
      case "script":
        segment.act({ act: verb, node, ...temperOf(rest) });
        return;
      case "cut":
        this.#cut(line.slice(4));
        return;
      case "loss":
        segment.act({ act: "weather", weather: { loss: Number.parseFloat(node) / 100 } });
        return;
      case "heal":
        segment.act({ act: verb });
        return;
      case "lost":
        segment.act({ act: "address-lost", node, word: "", forGood: rest[0] === "for-good" });
        return;
      case "sends":
        this.#sends(node, rest);
        return;
      case "advert":
        segment.host(node).hear(this.#advert(rest));
        return;
      case "replay":
        this.#replay(node, rest);
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
      const state = stateOf(this.segment.host(is[1] ?? ""));
      return state === is[2] ? undefined : `${line}: it is ${state}\n${this.#told()}`;
    }
    const holds = /^(.*) holds? it$/.exec(line);
    if (holds !== null) {
      const hosts = [...this.segment.hosts.values()];
      const holders = hosts.filter(({ held }) => held.isUp).map(({ name }) => name);
      const said = holds[1] === "nobody" ? "" : (holds[1] ?? "");
      return holders.join(" and ") === said ? undefined : `${line}: ${holders}\n${this.#told()}`;
    }
    const never = /^(\S+) never says (.*)$/.exec(line);
    if (never !== null) {
      const lines = this.lines.slice(this.#from);
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
    const { lines } = this;
    for (let n = this.#found.get(node) ?? this.#from; n < lines.length; n += 1) {
      const said = lines[n];
      if (said?.node !== node || !said.text.includes(text) || timeOf(said.at) !== time) continue;
      this.#found.set(node, n + 1);
      return undefined;
    }
    return `${line}: not among\n${this.#told()}`;
  }

  #told(): string {
    const lines = this.lines.slice(this.#from);
    return lines.map(({ at, node, text }) => `    ${timeOf(at)}s ${node} ${text}`).join("\n");
  }

  /** "alice bob | carol" both ways, "alice > bob" one way. */
  #cut(sides: string): void {
    const oneWay = sides.includes(">");
    const [from = "", to = ""] = sides.split(oneWay ? ">" : "|");
    const [one, other] = [from.trim().split(/\s+/), to.trim().split(/\s+/)];
    this.segment.act({ act: "cut", from: one, to: other, oneWay });
  }

  /** The host's configuration with other options. */
  #changed(name: string, words: readonly string[]): ClusterConfig {
    const { config, address } = this.segment.host(name);
    return clusterOf(name, { ...config, ...changesOf(optionsOf(words)), source: address });
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
    const heard = this.#heard.get(`${name} of ${of}`);
    if (heard === undefined) throw new Error(`${name} has not heard ${of}`);
    const { seal, ...advert } = heard;
    const [advbase = 1, advskew = 0] = pace.split("/").map(Number);
    const asItWas = { ...advert, ...(seal === undefined ? {} : { seal }) };
    this.segment.host(name).hear(bare === undefined ? asItWas : { ...advert, advbase, advskew });
  }
}

/** "alice 10.77.0.1 advskew=100 preempt ucarp". */
function hostOf(line: string): HostShape {
  const [name = "", source = "", ...words] = line.split(/\s+/);
  const options = optionsOf(words);
  const breed = breedOf(["ucarp", "openbsd", "freebsd"].find((each) => options.has(each)) ?? "hb");
  const track = [{ kind: "script", path: "/check" }] as const;
  const config = { ...plainRouter, ...membersUsual, ...changesOf(options), source, track };
  return { config: clusterOf(name, scriptsFor(breed, config)), breed };
}

const membersUsual: Partial<RouterConfig> = { seal: "off" };

/** ucarp has no other hands than its scripts. */
function scriptsFor(breed: Breed, config: RouterConfig): RouterConfig {
  if (breed !== "ucarp") return config;
  return { ...config, holdsAddresses: false, upScript: "/up", downScript: "/down" };
}

function clusterOf(self: string, router: RouterConfig): ClusterConfig {
  return { ...plainConfig, self, routers: [router] };
}

function optionsOf(words: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    words.map((word) => {
      const [key = "", value = ""] = word.split("=");
      return [key, value] as const;
    }),
  );
}

function changesOf(options: ReadonlyMap<string, string>): Partial<RouterConfig> {
  const numbers = ["advbase", "advskew", "deadratio"].filter((key) => options.has(key));
  const is = (key: string, change: Partial<RouterConfig>) => (options.has(key) ? change : {});
  return {
    ...Object.fromEntries(numbers.map((key) => [key, Number(options.get(key))])),
    ...is("preempt", { preempt: true }),
    ...is("neutral", { neutral: true }),
    ...is("ignoreifstate", { ignoreIfState: true }),
    ...(options.get("dialect") === "bsd" ? { dialect: "bsd", sourceMac: "bsd" } : {}),
    ...is("sealed", { seal: "auto" }),
    ...is("sealed-only", { seal: "require" }),
    ...is("password", { password: options.get("password") ?? "" }),
    ...is("likeucarp", { likeUcarp: true, shutdown: options.has("shutdown") }),
    ...is("no-shutdown", { shutdown: false }),
    ...is("scripts", { upScript: "/up", downScript: "/down", holdsAddresses: false }),
    ...is("services", { upScript: "/up", downScript: "/down" }),
  };
}

function breedOf(word: string): Breed {
  const known = (["hb", "ucarp", "openbsd", "freebsd"] as const).find((breed) => breed === word);
  if (known === undefined) throw new Error(`nobody is called "${word}"`);
  return known;
}

function stateOf(host: RouterHost): string {
  return host.isRunning ? (host.view?.state ?? "unknown") : "none";
}

/** "/up fails", "/down takes 3s", "hold fails", "/up works". */
function temperOf([word = "", how = "", length = "0s"]: readonly string[]): {
  word: string;
  temper: Temper;
} {
  const isUp = word === "/up" || word === "hold";
  const fails = isUp ? { startFails: true } : { stopFails: true };
  const temper = how === "fails" ? fails : how === "takes" ? { tookMs: msOf(length) } : {};
  return { word: word === "hold" ? "address" : word.slice(1), temper };
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
  return (at / 1_000).toFixed(1);
}
