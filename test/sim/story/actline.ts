// What the lines of a scene do to the world: "cut alice | bob on eth1", "standby alice local".

import type { Act, Temper, Weather } from "../../../src/sim/act.ts";
import type { World } from "../../../src/sim/world.ts";
import { changed } from "./change.ts";
import { confused, msOf, wordsOf } from "./scene.ts";

/** The acts of one line, but for "advance". */
export function actsOf(line: string, world: World): readonly Act[] {
  const { words, link } = splitLink(wordsOf(line));
  const [verb = "", node = "", ...rest] = words;
  const [first = "", second = ""] = rest;
  const on = link === undefined ? {} : { link };
  switch (verb) {
    case "start":
    case "kill":
    case "crash":
    case "freeze":
    case "thaw":
    case "kill-desk":
    case "kill-pulse":
    case "blind":
    case "see":
    case "leave":
      return [node, ...rest].map((name) => ({ act: verb, node: name }));
    case "standby":
    case "takeover": {
      const set = first === "local" || first === "foreign" ? first : "all";
      return [{ act: "command", node, command: verb, set }];
    }
    case "cut":
      return [{ act: "cut", ...sidesOf(words.slice(1)), ...on }];
    case "heal":
      return [{ act: "heal", ...(node === "" ? on : { link: node }) }];
    case "weather":
      return [{ act: "weather", weather: weatherOf(words.slice(1)), ...on }];
    case "loss":
      return [{ act: "weather", weather: { loss: shareOf(node), jitterMs: 1 }, ...on }];
    case "replay":
      return [{ act: "replay", node, count: Number(first), agoMs: msOf(rest.at(-1) ?? "") }];
    case "clock":
      return [{ act: "clock", node, stepMs: msOf(first) }];
    case "drift":
      return [{ act: "drift", node, ppm: Number.parseFloat(first) }];
    case "lose":
    case "tear":
      return [{ act: "lose", node, file: fileOf(first), how: verb === "lose" ? "lost" : "torn" }];
    case "disk":
      return [{ act: "disk", node, full: first === "full" }];
    case "script":
      return [{ act: "script", node, word: first, temper: temperOf(rest.slice(1)) }];
    case "reload":
      return [{ act: "reload", node, config: changed(world.host(node).config, rest.join(" ")) }];
    case "lost":
      return [{ act: "address-lost", node, word: first, forGood: second === "for-good" }];
    case "rival":
    case "dies":
      return [{ act: verb, node, word: first }];
    case "breed":
      return [{ act: "breed", node, breed: first === "heartbeat3" ? first : "hb" }];
    case "fifo":
      return [{ act: "fifo", node, fields: fieldsOf(rest) }];
    case "listen":
      return [{ act: "listen", node, filter: Number.parseInt(first || "1", 16) }];
    case "carrier":
      return [{ act: "carrier", node, device: first, up: second === "back" }];
    default:
      throw confused(line);
  }
}

/** "ask_resources rsc_hold=all info=me": the type, then fields. */
function fieldsOf([type = "", ...words]: readonly string[]): Record<string, string> {
  const pairs = words.map((word) => word.split("=", 2));
  return { t: type, ...Object.fromEntries(pairs) };
}

/** "… on eth1" at the end of a line. */
function splitLink(words: readonly string[]): { words: string[]; link?: string } {
  const on = words.indexOf("on");
  if (on < 0) return { words: [...words] };
  return { words: words.slice(0, on), link: linkName(words[on + 1] ?? "") };
}

/** "ttyS0" is a device file. */
function linkName(name: string): string {
  return name.startsWith("tty") ? `/dev/${name}` : name;
}

/** "A B | C" both ways, "A > B" one way. */
function sidesOf(words: readonly string[]): { from: string[]; to: string[]; oneWay: boolean } {
  const between = words.findIndex((word) => word === "|" || word === ">");
  if (between < 0) throw confused(`cut ${words.join(" ")}`);
  return {
    from: words.slice(0, between),
    to: words.slice(between + 1),
    oneWay: words[between] === ">",
  };
}

/** "loss 10% duplicate 5% corrupt 1% jitter 300ms". */
function weatherOf(words: readonly string[]): Weather {
  let weather: Weather = {};
  for (let n = 0; n < words.length; n += 2) {
    const [kind = "", much = ""] = words.slice(n);
    if (kind === "jitter") weather = { ...weather, jitterMs: msOf(much) };
    else if (kind === "loss" || kind === "duplicate" || kind === "corrupt") {
      weather = { ...weather, [kind]: shareOf(much) };
    } else throw confused(`weather ${words.join(" ")}`);
  }
  return weather;
}

function shareOf(percent: string): number {
  return Number.parseFloat(percent) / 100;
}

function fileOf(name: string): Extract<Act, { act: "lose" }>["file"] {
  const files = ["generation", "uuid", "memory", "hostcache"] as const;
  const file = files.find((known) => known === name);
  if (file === undefined) throw confused(`lose ${name}`);
  return file;
}

function temperOf([how = "", length = ""]: readonly string[]): Temper {
  switch (how) {
    case "start-fails":
      return { startFails: true };
    case "stop-fails":
      return { stopFails: true };
    case "start-hangs":
      return { startHangs: true };
    case "stop-hangs":
      return { stopHangs: true };
    case "lies":
      return { statusLies: true };
    case "takes":
      return { tookMs: msOf(length) };
    case "works":
      return {};
    default:
      throw confused(`script … ${how}`);
  }
}
