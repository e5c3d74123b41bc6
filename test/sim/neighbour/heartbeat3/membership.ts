// Who is alive: status messages, late and dead nodes, partitions that heal, the start of a member
// (heartbeat-wire 9, 10, 13).

import { after, type Instant } from "../../../../src/core/instant.ts";
import type { Fields, Master } from "./master.ts";
import type { Peer } from "./peer.ts";

const GIVE_UP_AFTER_MS = 2_000;
const ASK_NODES_AGAIN_MS = 1_000;

export interface Verdicts {
  commUp(): void;
  died(peer: Peer): void;
  left(node: string): void;
  restarted(node: string): void;
  sendStatus(): void;
}

export class Membership {
  readonly #master: Master;
  readonly #peers: ReadonlyMap<string, Peer>;
  readonly #verdicts: Verdicts;
  readonly #startedAt: Instant;
  /** Own status word. */
  status: "init" | "up" | "active" = "init";
  #asked: string | undefined;
  #saidNoFlow = false;

  constructor(master: Master, peers: ReadonlyMap<string, Peer>, verdicts: Verdicts) {
    this.#master = master;
    this.#peers = peers;
    this.#verdicts = verdicts;
    this.#startedAt = master.now;
  }

  get othersActive(): boolean {
    return this.#others().some(({ status }) => status === "active");
  }

  hearStatus(peer: Peer, fields: Fields, how: "normal" | "restart" | "partition"): void {
    const { st = "", ts = "", seq = "0", dt, protocol } = fields;
    const [seconds, number] = [Number.parseInt(ts, 16), Number.parseInt(seq, 16)];
    if (how === "normal" && seconds < peer.statusTs && number < peer.statusSeq) return;
    const isMe = peer.name === this.#master.config.self;
    if (protocol === undefined && !peer.isPing && !isMe && !this.#saidNoFlow) {
      this.#saidNoFlow = true;
      this.#master.log("warn", "flow control disabled due to different version heartbeat");
    }
    if (how === "restart") this.#verdicts.restarted(peer.name);
    if (how === "partition" && !isMe && !peer.condemnedAsleep) this.#returned(peer);
    this.#late(peer, isMe);
    peer.condemnedAsleep = false;
    peer.statusAt = this.#master.now;
    peer.statusTs = seconds;
    peer.statusSeq = number;
    const dtMs = Number.parseInt(dt ?? "", 16);
    if (dtMs > 0) peer.dtMs = dtMs;
    if (st !== peer.status) {
      if (!isMe) {
        this.#master.log("info", `Status update for node ${peer.name}: status ${st}`);
      }
      peer.status = st;
    }
    this.#proceed();
  }

  /** What is not a status, and not of the resources. */
  hear(fields: Fields): void {
    const { self, nodes } = this.#master.config;
    const { t, src = "" } = fields;
    if (t === "reqnodes") {
      const nodelist = nodes.map((name) => `${name} `).join("");
      this.#master.say({ dest: src, t: "repnodes", nodelist, delnodelist: " " });
    } else if (t === "repnodes" && src !== self) this.#commUp();
    else if (t === "shutdone" && src !== self && this.status === "active") {
      this.#master.log("info", `Received shutdown notice from '${src}'.`);
      this.#verdicts.left(src);
    }
  }

  /** Every 250 ms: who has been silent for too long. */
  check(afterSleep: boolean): void {
    const { now } = this.#master;
    for (const peer of this.#others()) {
      const since = peer.statusAt ?? this.#startedAt;
      if (peer.status === "dead" || now - since <= this.#patienceMs(peer)) continue;
      peer.condemnedAsleep = afterSleep;
      this.#condemn(peer);
    }
    for (const peer of this.#peers.values()) this.#checkLinks(peer, now);
    this.#proceed();
  }

  /** Asks for the list of nodes again. */
  askNodes(): void {
    if (this.status !== "up") return;
    const { config, timers, now } = this.#master;
    const candidate = config.nodes.find(
      (name) => name !== config.self && this.#peers.get(name)?.status !== "dead",
    );
    this.#asked = candidate;
    if (candidate === undefined) {
      this.#commUp();
      return;
    }
    this.#master.say({ t: "reqnodes", dest: candidate });
    timers.set("reqnodes", after(now, ASK_NODES_AGAIN_MS));
  }

  #patienceMs(peer: Peer): number {
    const { timing } = this.#master.config;
    if (this.status !== "active") return timing.initdeadMs;
    return peer.isPing ? timing.deadpingMs : peer.dtMs;
  }

  #returned(peer: Peer): void {
    const { timers, now } = this.#master;
    this.#master.log("error", `CRIT: Cluster node ${peer.name} returning after partition.`);
    this.#master.log("warn", "Deadtime value may be too small.");
    this.#verdicts.sendStatus();
    if (!timers.has("give-up")) timers.set("give-up", after(now, GIVE_UP_AFTER_MS));
  }

  #late(peer: Peer, isMe: boolean): void {
    const { timing } = this.#master.config;
    if (peer.statusAt === undefined || peer.isPing || peer.condemnedAsleep) return;
    const intervalMs = Math.round(this.#master.now - peer.statusAt);
    const text = `Late heartbeat: Node ${peer.name}: interval ${intervalMs} ms`;
    if (intervalMs > timing.deadtimeMs) {
      this.#master.log("error", `CRIT: ${text} (> deadtime)`);
      if (!isMe) this.#condemn(peer);
    } else if (intervalMs > timing.warntimeMs) this.#master.log("warn", text);
  }

  #condemn(peer: Peer): void {
    this.#master.log("warn", `node ${peer.name}: is dead`);
    peer.status = "dead";
    peer.sequence.forget();
    if (!peer.isPing && this.status === "active") this.#verdicts.died(peer);
  }

  #checkLinks(peer: Peer, now: Instant): void {
    for (const [name, link] of peer.links) {
      if (!link.isUp || now - link.at <= this.#patienceMs(peer)) continue;
      link.isUp = false;
      this.#master.log("info", `Link ${peer.name}:${name} dead.`);
    }
  }

  /** The next step of the start, when everybody was heard or is dead. */
  #proceed(): void {
    if (this.status !== "up") return;
    if (this.#asked !== undefined) {
      if (this.#peers.get(this.#asked)?.status === "dead") this.askNodes();
      return;
    }
    const isKnown = (peer: Peer) => peer.statusAt !== undefined || peer.status === "dead";
    if (this.#others().every(isKnown)) this.askNodes();
  }

  #commUp(): void {
    if (this.status !== "up") return;
    this.#master.timers.clear("reqnodes");
    this.status = "active";
    this.#master.log("info", "Comm_now_up(): updating status to active");
    this.#verdicts.sendStatus();
    this.#verdicts.commUp();
    for (const peer of this.#others()) {
      if (peer.status === "dead" && !peer.isPing) this.#verdicts.died(peer);
    }
  }

  #others(): Peer[] {
    return [...this.#peers.values()].filter(({ name }) => name !== this.#master.config.self);
  }
}
