// What becomes of a packet before anybody acts on it: whose it is, whether it is new, what is missing
// (heartbeat-wire 6 and 7).

import { after, at } from "../../../../src/core/instant.ts";
import { bytesToHex } from "../../../../src/wire/bytes.ts";
import { bytesOf, type Message, textOf } from "../../../../src/wire/message.ts";
import type { History } from "./history.ts";
import type { Fields, Master } from "./master.ts";
import type { Peer } from "./peer.ts";

const FIRST_ASK_MS = 50;

export interface Ears {
  peers: ReadonlyMap<string, Peer>;
  history: History;
  /** A status, and whether it began a new generation or came from a node believed dead. */
  status(peer: Peer, fields: Fields, how: "normal" | "restart" | "partition"): void;
  /** Anything else that is for this node. */
  message(fields: Fields): void;
  resend(message: Message): void;
}

export class Reception {
  readonly #master: Master;
  readonly #ears: Ears;

  constructor(master: Master, ears: Ears) {
    this.#master = master;
    this.#ears = ears;
  }

  hear(message: Message, link: string | undefined): void {
    const fields = textFields(message);
    const { src, t, ts, seq: number } = fields;
    const seq = Number.parseInt(number ?? "", 16);
    if (src === undefined || t === undefined || ts === undefined) {
      this.#master.log("error", "missing from/ts/type");
      return;
    }
    if (!(Number.parseInt(ts, 16) > 0)) return;
    const isLoose = t.startsWith("NS_");
    if (!isLoose && !(seq > 0)) {
      this.#master.log("error", "missing seqno");
      return;
    }
    const peer = this.#find(src, message);
    if (peer === undefined) {
      this.#master.log("error", `bad node [${src}] in message`);
      return;
    }
    peer.wasHeard = true;
    if (isLoose) this.#loose(peer, fields, link);
    else this.#ordered(peer, fields, seq, { message, link });
  }

  /** Asks for what is missing and due; gives when to look again. */
  ask(): void {
    const { now, timers, config } = this.#master;
    let next = Number.POSITIVE_INFINITY;
    for (const peer of this.#ears.peers.values()) {
      for (const [seq, askAt] of peer.sequence.missing) {
        if (!peer.isLive) continue;
        if (askAt <= now) {
          const range = { firstseq: String(seq), lastseq: String(seq) };
          this.#master.say({ t: "NS_rexmit", dest: peer.name, ...range });
          peer.sequence.missing.set(seq, after(now, config.timing.maxRexmitDelayMs));
        }
        next = Math.min(next, peer.sequence.missing.get(seq) ?? next);
      }
    }
    if (next < Number.POSITIVE_INFINITY) timers.set("rexmit", at(next));
  }

  #find(src: string, message: Message): Peer | undefined {
    const bytes = bytesOf(message, "srcuuid");
    const uuid = bytes === undefined ? undefined : bytesToHex(bytes);
    const peers = [...this.#ears.peers.values()];
    const peer =
      (uuid === undefined ? undefined : peers.find((each) => each.uuid === uuid)) ??
      this.#ears.peers.get(src);
    if (peer !== undefined && uuid !== undefined) peer.uuid = uuid;
    return peer;
  }

  #loose(peer: Peer, fields: Fields, link: string | undefined): void {
    const { self } = this.#master.config;
    const isMine = fields.dest === undefined || fields.dest === self;
    switch (fields.t) {
      case "NS_nak_rexmit": {
        const seq = Number.parseInt(fields.firstseq ?? "", 16);
        if (isMine) {
          this.#master.log("error", `Irretrievably lost packet: node ${peer.name} seq ${seq}`);
        }
        peer.sequence.missing.delete(seq);
        return;
      }
      case "NS_ackmsg":
        if (isMine) this.#ears.history.acked(peer.name, Number.parseInt(fields.ackseq ?? "", 16));
        return;
      case "NS_rexmit": {
        if (!isMine) return;
        const { firstseq = "", lastseq = "" } = fields;
        const again = this.#ears.history.again(peer.name, Number(firstseq), Number(lastseq));
        for (const message of again) this.#ears.resend(message);
        return;
      }
      case "NS_st":
        this.#linkUp(peer, link);
        this.#ears.status(peer, fields, "normal");
        return;
      default:
        return;
    }
  }

  #ordered(
    peer: Peer,
    fields: Fields,
    seq: number,
    { message, link }: { message: Message; link: string | undefined },
  ): void {
    const generation = Number.parseInt(fields.hg ?? "0", 16);
    if (generation < peer.generation) {
      const gens = `[gen = ${generation}, curgen = ${peer.generation}]`;
      const text = `should_drop_message: attempted replay attack [${peer.name}]? ${gens}`;
      this.#master.log("error", text);
      return;
    }
    const isStatus = fields.t === "status";
    const isRestart = isStatus && generation > peer.generation && peer.generation > 0;
    const isReturn = isStatus && generation === peer.generation && peer.status === "dead";
    if (isStatus && generation > peer.generation) {
      if (isRestart) this.#restart(peer);
      peer.generation = generation;
    }
    const { verdict, lost } = peer.sequence.take(seq, isRestart || isReturn);
    if (verdict === "drop") return;
    this.#linkUp(peer, link);
    if (verdict === "duplicate") return;
    if (lost > 0) this.#lost(peer, seq, lost);
    this.#acknowledge(peer, seq);
    if (isStatus) {
      this.#ears.status(peer, fields, isRestart ? "restart" : isReturn ? "partition" : "normal");
    } else if (this.#isForMe(fields, message)) this.#ears.message(fields);
  }

  #restart(peer: Peer): void {
    this.#master.log("info", `Heartbeat restart on node ${peer.name}`);
    peer.sequence.forget();
    peer.statusAt = undefined;
    peer.statusSeq = 0;
    this.#ears.history.forget(peer.name);
  }

  #lost(peer: Peer, seq: number, lost: number): void {
    const range = `[${seq - lost - 1}:${seq}]`;
    this.#master.log("warn", `${lost} lost packet(s) for [${peer.name}] ${range}`);
    const { chance, config, now, timers } = this.#master;
    const span = Math.max(config.timing.maxRexmitDelayMs - FIRST_ASK_MS, 1);
    const askAt = () => now + FIRST_ASK_MS + chance.below(span);
    if (!peer.sequence.miss(seq, lost, askAt)) {
      this.#master.log("error", "lost a lot of packets!");
    } else timers.set("rexmit", after(now, FIRST_ASK_MS));
  }

  #acknowledge(peer: Peer, seq: number): void {
    const { sequence } = peer;
    const isOld = seq < (sequence.last ?? seq);
    if (isOld && sequence.missing.size === 0) {
      this.#master.log("info", `No pkts missing from ${peer.name}!`);
    }
    if (!isOld && seq % 10 !== peer.ackDigit) return;
    const ackseq = sequence.acknowledge(seq, peer.ackDigit);
    if (ackseq === undefined) return;
    this.#master.say({ t: "NS_ackmsg", dest: peer.name, ackseq: ackseq.toString(16) });
  }

  #linkUp(peer: Peer, link: string | undefined): void {
    if (link === undefined) return;
    const known = peer.links.get(link);
    if (known?.isUp !== true) this.#master.log("info", `Link ${peer.name}:${link} up.`);
    peer.links.set(link, { at: this.#master.now, isUp: true });
  }

  #isForMe(fields: Fields, message: Message): boolean {
    const { self } = this.#master.config;
    const uuid = bytesOf(message, "destuuid");
    const mine = this.#ears.peers.get(self)?.uuid;
    if (uuid?.some((byte) => byte !== 0)) return bytesToHex(uuid) === mine;
    return fields.dest === undefined || fields.dest === self;
  }
}

function textFields(message: Message): Fields {
  const fields: Record<string, string> = {};
  for (const { name } of message.fields) {
    const value = textOf(message, name);
    if (value !== undefined) fields[name] ??= value;
  }
  return fields;
}
