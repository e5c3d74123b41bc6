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

const localDone = "Local Resource acquisition completed.";
const remoteDone = "remote resource transition completed.";

/** How one process talks: some lines of 3.0.6 are about several of ours. */
export class ClassicVoice {
  /** This one. */
  readonly #node: string;
  /** Groups that are being taken from a node, by whose they were. */
  readonly #taking = new Map<unknown, Set<unknown>>();
  /** Groups that this node gives, of one standby among hb nodes. */
  #giving = new Set<unknown>();
  #hasAcquired = false;
  /** Groups are negotiated among hb nodes, which say nothing of their transitions. */
  #isAmongUs = true;
  #hasLeft = false;
  /** What was said: a line goes to several places, to one of them later perhaps. */
  readonly #said = new WeakMap<Line, readonly ClassicWord[]>();

  constructor(node: string) {
    this.#node = node;
  }

  /** One line of ours in 3.0.6's words: one or several lines, or none where an earlier one has said it. */
  words(line: Line): readonly ClassicWord[] {
    const before = this.#said.get(line);
    if (before !== undefined) return before;
    const { level, topic, text } = line;
    const own = { level: heartbeatWord[level], text: topic === "" ? text : `${topic}: ${text}` };
    const words = this.#told(line) ?? wordsOf(topic, line.fields ?? {}) ?? [own];
    this.#said.set(line, words);
    return words;
  }

  #told({ topic, level, fields }: Line): ClassicWord[] | undefined {
    switch (topic) {
      case "dead":
      case "member":
        // What was to be taken from it before and was not is forgotten; who leaves is still being taken over.
        if (fields?.life !== "left") this.#taking.delete(fields?.peer);
        return undefined;
      case "negotiator":
        this.#isAmongUs = fields?.negotiator === "native";
        return undefined;
      case "status":
        // Among 3.0.6 nodes as well it says that the other one has begun to take its own, not that they are up.
        if (!this.#isAmongUs || fields?.status !== "active") return undefined;
        return [...(wordsOf("status", fields) ?? []), ...info(remoteDone)];
      case "takeover":
        return fields?.to === this.#node ? this.#take(fields) : undefined;
      case "group":
        if (fields?.act === "give") this.#giving.delete(fields.group);
        return fields?.act === "take" ? this.#taken(fields) : undefined;
      case "standby":
      case "failback":
        return fields?.set === undefined ? undefined : this.#standby(fields);
      case "exit":
        // What fails, or makes way for the next one, has relinquished nothing.
        if (level !== "info" || (fields === undefined && !this.#hasLeft)) return undefined;
        if (fields === undefined) return info(`${this.#node} Heartbeat shutdown complete.`);
        this.#hasLeft = true;
        return info("All HA resources relinquished.");
      default:
        return undefined;
    }
  }

  #take({ group, from }: Fields): ClassicWord[] | undefined {
    if (from === undefined) return undefined;
    const groups = this.#taking.get(from);
    this.#taking.set(from, (groups ?? new Set()).add(group));
    return groups === undefined ? info(`Resources being acquired from ${from}.`) : [];
  }

  /** Beside a Heartbeat 3 node one line has the whole set; among hb nodes each group has a line. */
  #standby({ group, from = this.#node, set }: Fields): ClassicWord[] {
    const words = info(`${from} wants to go standby [${set}]`);
    if (group === undefined) return words;
    // Who gives a group again has begun anew.
    const isFirst = this.#giving.size === 0 || this.#giving.has(group);
    if (isFirst) this.#giving = new Set();
    this.#giving.add(group);
    return isFirst ? words : [];
  }

  #taken({ group, outcome }: Fields): ClassicWord[] | undefined {
    for (const [from, groups] of this.#taking) {
      if (!groups.delete(group)) continue;
      if (groups.size > 0) return outcome === "held" ? [] : undefined;
      this.#taking.delete(from);
      return outcome === "held" ? info(localDone, "mach_down takeover complete.") : undefined;
    }
    if (outcome !== "held") return undefined;
    const words = info("local resource transition completed.");
    if (this.#hasAcquired) return words;
    // As early as with 3.0.6, which says it once, before the scripts of all of them have ended.
    this.#hasAcquired = true;
    return [
      ...words,
      ...info("Initial resource acquisition complete (T_RESOURCES(us))", localDone),
    ];
  }
}

type Fields = NonNullable<Line["fields"]>;

function wordsOf(topic: string, fields: Fields): ClassicWord[] | undefined {
  const { peer, status, state, link, life, lost, span, silentMs, groups } = fields;
  switch (topic) {
    case "start":
      return startWords(fields);
    case "leave":
      if (status === "leaving") return info(`Heartbeat shutdown in progress. (${process.pid})`);
      return groups === undefined ? undefined : info("Giving up all HA resources.");
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
      if (life === "restarted" || life === "risen")
        return info(`Heartbeat restart on node ${peer}`);
      return life === "left" ? info(`Received shutdown notice from '${peer}'.`) : undefined;
    case "partition":
      if (life !== "returned") return undefined;
      return [{ level: "CRIT", text: `Cluster node ${peer} returning after partition.` }];
    case "classic":
      if (fields.transition === "none") return info(`${localDone} (none)`);
      return fields.transition === "remote" ? info(remoteDone) : undefined;
    case "child":
      return childWords(fields);
    case "fencing":
      return fencingWords(fields);
    case "reload":
      return reloadWords(fields);
    default:
      return undefined;
  }
}

function fencingWords({ peer, state, device }: Fields): ClassicWord[] | undefined {
  switch (state) {
    case "running":
      return info(`Resetting node ${peer} with [${device}]`);
    case "reset":
      return info(`node ${peer} now reset.`);
    case "failed":
      return [{ level: "ERROR", text: `STONITH of ${peer} failed.  Retrying...` }];
    default:
      return undefined;
  }
}

/** Heartbeat executes itself anew for a new ha.cf. Who looks for that in its log is told that it took effect. */
function reloadWords({ haCf }: Fields): ClassicWord[] | undefined {
  if (haCf === undefined) return undefined;
  const done = "Configuration adopted as by a heartbeat restart exec";
  return info(haCf === "new" ? done : "Configuration unchanged.");
}

/** Heartbeat tells the arguments as well. */
function childWords({ child, state, pid, code, signal }: Fields): ClassicWord[] | undefined {
  const managed = `Managed ${child} process ${pid}`;
  const ends: ClassicWord[] = [];
  if (code !== undefined) {
    const text = `${managed} exited with return code ${code}.`;
    ends.push({ level: code === 0 ? "info" : "WARN", text });
  } else if (signal !== undefined) {
    ends.push({ level: "WARN", text: `${managed} killed by signal ${signal}.` });
  } else return undefined;
  switch (state) {
    case "waiting":
      return [...ends, { level: "ERROR", text: `Respawning client "${child}":` }];
    case "failed":
      return [...ends, { level: "ERROR", text: `Client ${child} "respawning too fast"` }];
    default:
      return ends;
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
