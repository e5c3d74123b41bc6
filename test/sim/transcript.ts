// Plays the stories of test/scenario/*.txt in a made-up cluster and compares what happens with what
// they tell. test/scenario/README.md says which words they are made of.

import { Cluster } from "./cluster.ts";
import { Judge } from "./judge.ts";
import type { Spec } from "./plainshape.ts";

/** What a story tells and what did not happen; empty when all of it did. */
export function play(story: string): string[] {
  const parts = story
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("\n")
    .split(/\n\s*\n/)
    .map((part) => part.trim())
    .filter((part) => part !== "");
  const [opening, ...scenes] = parts;
  const stage = new Stage(specOf(opening?.split("----")[0] ?? ""), opening ?? "");
  const problems = stage.check(opening?.split("----")[1] ?? "");
  for (const scene of scenes) {
    const [acts = "", expected = ""] = scene.split("----");
    stage.begin();
    for (const act of linesOf(acts)) stage.act(act);
    problems.push(...stage.check(expected));
  }
  return [...problems, ...stage.cluster.violations];
}

class Stage {
  readonly cluster: Cluster;
  readonly #judge: Judge;
  #from = 0;
  #answersFrom = 0;

  constructor(spec: Spec, opening: string) {
    this.cluster = new Cluster(spec);
    const { cluster } = options(opening);
    this.#judge = new Judge(this.cluster, msOf(cluster.get("tolerance") ?? "5ms"));
    if (cluster.has("cold")) return;
    this.cluster.startAll();
    this.#advance(2_000);
  }

  begin(): void {
    this.#from = this.cluster.lines.length;
    this.#answersFrom = this.cluster.answers.length;
  }

  act(line: string): void {
    const [verb = "", name = "", ...rest] = line.split(/\s+/);
    const { cluster } = this;
    switch (verb) {
      case "advance":
        this.#advance(msOf(name));
        return;
      case "kill":
      case "crash":
      case "start":
      case "freeze":
      case "thaw":
      case "blind":
      case "see":
      case "leave":
        cluster.act({ act: verb, node: name });
        return;
      case "cut":
        this.#cut(line.slice(4));
        return;
      case "heal":
        cluster.act({ act: "heal" });
        return;
      case "loss":
        this.#weather(Number.parseFloat(name) / 100);
        return;
      case "standby":
      case "takeover":
        cluster.act({ act: "command", node: name, command: verb, set: setOf(rest[0]) });
        return;
      case "script":
        this.#script(name, rest);
        return;
      case "lost":
        this.#lost(name, rest);
        return;
      case "rival":
        cluster.act({ act: "rival", node: name, word: rest[0] ?? "" });
        return;
      default:
        throw new Error(`the story says "${line}", which nobody understands`);
    }
  }

  /** Which of the expected lines are not true. */
  check(expected: string): string[] {
    const from = new Map<string, number>();
    const problems: string[] = [];
    for (const line of linesOf(expected)) {
      const timed = /^([\d.]+)s (\S+)\s+(.*)$/.exec(line);
      if (timed === null) {
        const problem = this.#fact(line);
        if (problem !== undefined) problems.push(`${line}: ${problem}`);
        continue;
      }
      const [, at = "", node = "", text = ""] = timed;
      const found = this.#find(from.get(node) ?? this.#from, at, node, text);
      if (found === undefined) problems.push(`${line}: not among\n${this.#told()}`);
      else from.set(node, found + 1);
    }
    return problems;
  }

  #fact(line: string): string | undefined {
    if (line === "nothing moves") {
      const moves = this.cluster.lines.slice(this.#from).filter(({ level }) => level === "move");
      return moves.length === 0 ? undefined : moves.map(({ text }) => text).join(", ");
    }
    const reply = /^(\S+) (answers|refuses): (.*)$/.exec(line);
    if (reply !== null) return this.#reply(reply[1] ?? "", reply[2] === "answers", reply[3] ?? "");
    const never = /^(\S+) never says (.*)$/.exec(line);
    if (never !== null) return this.#never(never[1] ?? "", never[2] ?? "");
    const holds = /^(.*) holds? (.*)$/.exec(line);
    if (holds === null) return "nobody understands that";
    const nodes = holds[1] === "nobody" ? "" : (holds[1] ?? "").split(" and ").join(" ");
    const wrong = (holds[2] ?? "")
      .split(/\s+/)
      .map((word) => [word, this.cluster.holders(word).join(" ")] as const)
      .filter(([, holders]) => holders !== nodes);
    if (wrong.length === 0) return undefined;
    const facts = wrong.map(([word, holders]) => `${word} is held by ${holders || "nobody"}`);
    return `${facts.join(", ")}\n${this.#told()}`;
  }

  #reply(node: string, ok: boolean, text: string): string | undefined {
    const answers = this.cluster.answers.slice(this.#answersFrom);
    const own = answers.filter((answer) => answer.node === node);
    if (own.some((answer) => answer.ok === ok && answer.text.includes(text))) return undefined;
    return JSON.stringify(own);
  }

  #never(node: string, text: string): string | undefined {
    const said = this.cluster.lines
      .slice(this.#from)
      .find((line) => line.node === node && line.text.includes(text));
    return said === undefined ? undefined : `it said "${said.text}"`;
  }

  #find(from: number, at: string, node: string, text: string): number | undefined {
    for (let n = from; n < this.cluster.lines.length; n += 1) {
      const line = this.cluster.lines[n];
      if (line?.node !== node || !line.text.includes(text)) continue;
      if (timeOf(line.at) === at) return n;
    }
    return undefined;
  }

  #told(): string {
    return this.cluster.lines
      .slice(this.#from)
      .filter(({ level }) => level !== "debug")
      .map(({ at, node, text }) => `    ${timeOf(at)}s ${node} ${text}`)
      .join("\n");
  }

  #advance(ms: number): void {
    for (let left = ms; left > 0; left -= 250) {
      this.cluster.advance(Math.min(left, 250));
      this.#judge.look();
    }
  }

  #cut(line: string): void {
    const oneWay = line.includes(">");
    const [from = "", to = ""] = line.split(oneWay ? ">" : "|");
    const sides = [from, to].map((side) => side.trim().split(/\s+/));
    this.cluster.act({ act: "cut", from: sides[0] ?? [], to: sides[1] ?? [], oneWay });
  }

  #weather(loss: number): void {
    const jitterMs = loss > 0 ? 1 : 0;
    this.cluster.act({ act: "weather", weather: { loss, jitterMs } });
  }

  #script(node: string, [word = "", temper = "", length = ""]: readonly string[]): void {
    const tempers = {
      "start-fails": { startFails: true },
      "stop-fails": { stopFails: true },
      "start-hangs": { startHangs: true },
      takes: { tookMs: msOf(length || "0s") },
      works: {},
    };
    const found = Object.entries(tempers).find(([name]) => name === temper);
    if (found === undefined) throw new Error(`no temper "${temper}"`);
    this.cluster.act({ act: "script", node, word, temper: found[1] });
  }

  #lost(node: string, [word = "", how = ""]: readonly string[]): void {
    this.cluster.act({ act: "address-lost", node, word, forGood: how === "for-good" });
  }
}

function specOf(opening: string): Spec {
  const { cluster, groups } = options(opening);
  const failback = cluster.get("failback") ?? "on";
  const pings = cluster.get("ping");
  return {
    nodes: [...cluster.keys()].filter((name) => cluster.get(name) === ""),
    groups,
    failback: failback === "off" || failback === "legacy" ? failback : "on",
    keepaliveMs: msOf(cluster.get("keepalive") ?? "1s"),
    deadtimeMs: msOf(cluster.get("deadtime") ?? "10s"),
    initdeadMs: msOf(cluster.get("initdead") ?? "20s"),
    resourceTimeoutMs: msOf(cluster.get("timeout") ?? "60s"),
    onStopFailure: cluster.get("stop") === "reboot" ? "reboot" : "ignore",
    ...(pings === undefined ? {} : { pings: pings.split(",") }),
  };
}

function options(opening: string): {
  cluster: Map<string, string>;
  groups: [string, ...string[]][];
} {
  const cluster = new Map<string, string>();
  const groups: [string, ...string[]][] = [];
  for (const line of linesOf(opening)) {
    const [verb, ...words] = line.split(/\s+/);
    if (verb === "group") groups.push([words[0] ?? "", ...words.slice(1)]);
    if (verb !== "cluster") continue;
    for (const word of words) {
      const [name = "", value = ""] = word.split("=");
      cluster.set(name, name === "cold" ? "yes" : value);
    }
  }
  return { cluster, groups };
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

function setOf(word: string | undefined): "all" | "local" | "foreign" {
  return word === "local" || word === "foreign" ? word : "all";
}
