// What an onlooker has seen of a story so far, as lines that people read: log lines, addresses and services
// that come and go, announcements, packets, answers, processes.

import type { Onlooker, Sight } from "../../../src/sim/sight.ts";
import type { Message } from "../../../src/wire/message.ts";
import { timeOf } from "./scene.ts";

/** "move": an address or a service comes or goes. "wire": a packet leaves. "client": a message comes to the clients. "refused": one is not let in. */
export type Kind =
  | "log"
  | "detail"
  | "move"
  | "announce"
  | "wire"
  | "client"
  | "refused"
  | "process";

export interface Line {
  readonly at: number;
  readonly node: string;
  readonly kind: Kind;
  readonly text: string;
}

export interface Answer {
  readonly node: string;
  readonly ok: boolean;
  readonly text: string;
}

export class Chronicle {
  readonly lines: Line[] = [];
  readonly answers: Answer[] = [];
  /** What no host may do, whatever the story expects. */
  readonly breaches: string[] = [];

  readonly look: Onlooker = (sight, now) => {
    const line = lineOf(sight);
    if (line !== undefined) this.lines.push({ at: now, ...line });
    if (sight.saw === "answered") this.answers.push(sight);
    if (sight.saw === "breach") this.breaches.push(`${timeOf(now)}s ${sight.node} ${sight.text}`);
  };

  /** What happened from this line on, for people: no packets and no details. */
  told(from: number): string {
    const kinds: readonly Kind[] = ["wire", "client", "detail", "refused"];
    return this.lines
      .slice(from)
      .filter(({ kind }) => !kinds.includes(kind))
      .map(({ at, node, text }) => `    ${timeOf(at)}s ${node} ${text}`)
      .join("\n");
  }
}

function lineOf(sight: Sight): Omit<Line, "at"> | undefined {
  switch (sight.saw) {
    case "log": {
      const { node, text, level } = sight;
      return { node, text, kind: level === "debug" ? "detail" : "log" };
    }
    case "address": {
      const { node, word, up, how } = sight;
      const verb = how === "lease" ? "lease ends" : how === "stranger" ? "misses" : how;
      return {
        node,
        kind: how === "power" ? "process" : "move",
        text: `${up && how === "script" ? "hold" : verb} ${word}`,
      };
    }
    case "script": {
      const { node, word, action, phase } = sight;
      if (phase !== "begins") return undefined;
      return { node, kind: action === "status" ? "detail" : "move", text: `${action} ${word}` };
    }
    case "announce":
      return { node: sight.node, kind: "announce", text: `announce ${sight.words.join(" ")}` };
    case "sent":
      return { node: sight.node, kind: "wire", text: `sends ${packetText(sight.message)}` };
    case "delivered":
      return { node: sight.node, kind: "client", text: `hears ${packetText(sight.message)}` };
    case "heard":
      if (sight.rejected === undefined) return undefined;
      return { node: sight.node, kind: "refused", text: `refuses a packet: ${sight.rejected}` };
    case "process": {
      const { node, process, alive } = sight;
      return { node, kind: "process", text: `its ${process} ${alive ? "runs" : "is gone"}` };
    }
    default:
      return undefined;
  }
}

/** "hb_groups n=17 st=active …": the type first, for it is what a reader looks for. */
function packetText({ fields }: Message): string {
  const texts = fields.flatMap(({ name, type, value }) =>
    type === "string" && name !== "t" ? [`${name}=${value}`] : [],
  );
  const type = fields.find(({ name }) => name === "t");
  return [type?.type === "string" ? type.value : "", ...texts].join(" ");
}
