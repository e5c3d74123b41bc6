// What Heartbeat 3.0.6 says where hb says it in its own words: the lines that old log watchers look for
// (heartbeat-config 8). What has no line there keeps ours.

import { heartbeatWord, type Line } from "./line.ts";

/** Its words for levels; it has more of them than hb. */
export type ClassicLevel = "CRIT" | (typeof heartbeatWord)[Line["level"]];

export interface ClassicWord {
  readonly level: ClassicLevel;
  readonly text: string;
}

/** The Heartbeat that is spoken. */
const speaks = "3.0.6";

/** One line of ours in 3.0.6's words: one or several lines. `node`: this one. */
export function classicWords({ level, topic, text, fields }: Line, node: string): ClassicWord[] {
  const words = wordsOf(topic, fields ?? {}, node);
  if (words !== undefined) return words;
  return [{ level: heartbeatWord[level], text: topic === "" ? text : `${topic}: ${text}` }];
}

type Fields = NonNullable<Line["fields"]>;

function wordsOf(topic: string, fields: Fields, node: string): ClassicWord[] | undefined {
  const { peer, status, state, link, life, lost, span, silentMs, from, to } = fields;
  switch (topic) {
    case "start":
      return startWords(fields);
    case "link":
      return state === "failed" || peer === undefined
        ? undefined
        : info(`Link ${peer}:${link} ${state}.`);
    case "ping":
      return state === "dead"
        ? warn(`node ${peer}: is dead`)
        : info(`Status update for node ${peer}: status ping`);
    case "status":
      return info(`Status update for node ${peer}: status ${status}`);
    case "dead":
      return warn(`node ${peer}: is dead`);
    case "late":
      return warn(`Late heartbeat: Node ${peer}: interval ${silentMs} ms`);
    case "loss":
      if (lost === undefined) return undefined;
      return lost === 0
        ? info(`No pkts missing from ${peer}!`)
        : warn(`${lost} lost packet(s) for [${peer}] ${span}`);
    case "member":
      if (life === "restarted") return info(`Heartbeat restart on node ${peer}`);
      return life === "left" ? info(`Received shutdown notice from '${peer}'.`) : undefined;
    case "partition":
      if (life !== "returned") return undefined;
      return [{ level: "CRIT", text: `Cluster node ${peer} returning after partition.` }];
    case "takeover":
      if (from === undefined || to !== node) return undefined;
      return info(`Resources being acquired from ${from}.`);
    case "group":
      if (fields.act !== "take" || fields.outcome !== "held") return undefined;
      return info("local resource transition completed.");
    case "exit":
      return info("All HA resources relinquished.", `${node} Heartbeat shutdown complete.`);
    default:
      return undefined;
  }
}

function startWords({ status, generation }: Fields): ClassicWord[] | undefined {
  switch (status) {
    case "starting": {
      const validated = `Configuration validated. Starting heartbeat ${speaks}`;
      return info(validated, `heartbeat: version ${speaks}`);
    }
    case "up":
      return info(`Heartbeat generation: ${generation}`, "Local status now set to: 'up'");
    case "active":
      return info("Comm_now_up(): updating status to active", "Local status now set to: 'active'");
    default:
      return undefined;
  }
}

function info(...texts: readonly string[]): ClassicWord[] {
  return texts.map((text) => ({ level: "info", text }));
}

function warn(text: string): ClassicWord[] {
  return [{ level: "WARN", text }];
}
