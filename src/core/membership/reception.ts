// Which messages count: known sender, right run, right number, each once (heartbeat-wire 6, 7, 8).
//
// What a kept message means is membership.ts's business. What arrives here is authentic, but may be a
// copy of something older: nothing that fails these checks changes more than a counter.

import type { ClusterConfig } from "../../config/cluster.ts";
import { type Message, text, textOf } from "../../wire/message.ts";
import type { Boot } from "../boot.ts";
import { filter } from "../clients/filter.ts";
import { linkNews } from "../clients/news.ts";
import type { Instant } from "../instant.ts";
import { Complaint } from "./complaint.ts";
import { type Header, hexOf, isUnsequenced, NULL_UUID, readHeader } from "./header.ts";
import type { Peer } from "./peer.ts";
import type { Roster } from "./roster.ts";
import type { Sender } from "./sender.ts";
import { tellHeldBack } from "./tidings.ts";
import type { Turn } from "./turn.ts";

/** A message that counts, and the silence before it. */
export interface Kept {
  readonly peer: Peer;
  readonly header: Header;
  readonly message: Message;
  readonly silentMs: number;
}

/** Why messages were dropped. */
export type Drop = "header" | "stranger" | "replay" | "old" | "duplicate" | "clone";

/** So many messages a slow link may be behind: several keepalives. A replay of older ones is no sign of it. */
const RECENT = 20;

export interface Arriving {
  readonly link: string;
  readonly message: Message;
}

export class Reception {
  readonly #boot: Boot;
  readonly #roster: Roster;
  readonly #sender: Sender;
  readonly #complaints = new Map<Drop, Complaint>();
  readonly #drops = new Map<Drop, number>();
  #config: ClusterConfig;

  constructor(config: ClusterConfig, boot: Boot, parts: { roster: Roster; sender: Sender }) {
    this.#config = config;
    this.#boot = boot;
    this.#roster = parts.roster;
    this.#sender = parts.sender;
  }

  /** Dropped messages by reason. */
  get drops(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#drops);
  }

  adopt(config: ClusterConfig): void {
    this.#config = config;
  }

  /** Judges one message. Returns it when it counts; a stranger that may join comes as a Header. */
  hear(turn: Turn, arriving: Arriving, now: Instant): Kept | { joining: Header } | undefined {
    const judged = this.#judge(turn, arriving, now);
    if (typeof judged !== "string") return judged;
    const isCopy = judged === "duplicate" || judged === "old";
    turn.give(arriving.message, isCopy ? filter.duplicate : filter.dropped);
    return undefined;
  }

  #judge(
    turn: Turn,
    arriving: Arriving,
    now: Instant,
  ): Kept | { joining: Header } | Drop | undefined {
    const header = readHeader(arriving.message);
    if (typeof header === "string") {
      return this.#drop(turn, "header", `A message on ${arriving.link} has ${header}`, now);
    }
    if (header.src === this.#config.self) return this.#own(turn, header, now);
    const peer = this.#roster.sender(header.src, header.uuid);
    if (peer === undefined) return this.#stranger(turn, header, arriving.link, now);
    if (peer.kind === "ping") return this.#ping(peer, header, arriving);
    if (isUnsequenced(header.type)) return this.#unsequenced(turn, { peer, header }, arriving, now);
    return this.#sequenced(turn, { peer, header }, arriving, now);
  }

  #sequenced(
    turn: Turn,
    { peer, header }: { peer: Peer; header: Header },
    { link, message }: Arriving,
    now: Instant,
  ): Kept | Drop {
    const known = peer.generation;
    if (!peer.judge(header.generation ?? 0)) {
      const runs = `generation ${header.generation ?? 0}, but it runs in ${known}`;
      return this.#drop(turn, "replay", `Replay of a message from ${peer.name}: ${runs}`, now);
    }
    if (peer.generation !== known) this.#sender.forget(peer.name);
    const arrival = peer.sequence.arrive(header.seq);
    if (arrival.kind !== "old" || this.#isRecent(peer, header.seq)) {
      this.#heardOn(turn, peer, { link, seq: header.seq }, now);
    }
    if (arrival.kind === "old") return this.#count("old");
    if (arrival.kind === "duplicate") return this.#count("duplicate");
    if (arrival.kind === "gap") {
      const lost = arrival.last - arrival.first + 1;
      const span = `[${arrival.after}:${header.seq}]`;
      const packets = lost === 1 ? "1 packet" : `${lost} packets`;
      turn.log("warn", "loss", `${packets} lost from ${peer.name} ${span}`, {
        peer: peer.name,
        lost,
        span,
      });
      if (arrival.givenUp) {
        peer.requests.clear();
        turn.log("error", "loss", `Too many packets lost from ${peer.name}: going on without them`);
      } else {
        peer.requests.want(arrival, now);
      }
    }
    if (arrival.kind === "filled") {
      peer.requests.cancel(header.seq);
      if (arrival.complete) {
        const fields = { peer: peer.name, lost: 0 };
        turn.log("info", "loss", `No packets are missing from ${peer.name}`, fields);
      }
    }
    this.#acknowledge(turn, peer, header.seq, now);
    const silentMs = peer.heard(now);
    peer.unheard = false;
    this.#identify(turn, peer, header, now);
    return { peer, header, message, silentMs };
  }

  /** A copy over a slow cable is old, because newer messages came another way: the cable works. */
  #isRecent(peer: Peer, seq: number): boolean {
    const { last } = peer.sequence;
    return last !== undefined && last - seq < RECENT;
  }

  #heardOn(
    turn: Turn,
    peer: Peer,
    { link, seq }: { readonly link: string; readonly seq: number },
    now: Instant,
  ): void {
    if (!peer.link(link).heard(seq, now)) return;
    const fields = { peer: peer.name, link, state: "up" };
    turn.log("info", "link", `Link ${peer.name}:${link} is up`, fields);
    turn.give(linkNews(peer.name, link, "up"), filter.normal);
    turn.effects.push({ do: "publish" });
  }

  /** A peer said that numbers of its own are gone, or missed ours, or received them. */
  #unsequenced(
    turn: Turn,
    { peer, header }: { peer: Peer; header: Header },
    { message }: Arriving,
    now: Instant,
  ): Drop | undefined {
    if (header.generation !== undefined && header.generation < peer.generation) {
      return this.#count("replay");
    }
    turn.give(message, filter.protocol);
    const dest = textOf(message, "dest");
    const mine = dest === undefined || dest === this.#config.self;
    if (header.type === "NS_nak_rexmit") return this.#denied(turn, peer, message, now);
    if (!mine) return undefined;
    if (header.type === "NS_rexmit") this.#sender.retransmit(turn, peer.name, message, now);
    if (header.type === "NS_ackmsg") {
      this.#sender.acknowledged(turn, { node: peer.name, message }, now);
    }
    return undefined;
  }

  #denied(turn: Turn, peer: Peer, message: Message, now: Instant): undefined {
    const seq = hexOf(message, "firstseq");
    if (seq === undefined || !peer.sequence.giveUp(seq)) return undefined;
    peer.requests.cancel(seq);
    turn.log("error", "loss", `Irretrievably lost packet: node ${peer.name} seq ${seq}`);
    tellHeldBack(turn, peer);
    this.#acknowledge(turn, peer, seq, now);
    return undefined;
  }

  #acknowledge(turn: Turn, peer: Peer, seq: number, now: Instant): void {
    const due = peer.sequence.acknowledge(seq);
    if (due === undefined) return;
    const ack = text({ t: "NS_ackmsg", dest: peer.name, ackseq: due.toString(16) });
    turn.do(this.#sender.send(ack, now));
  }

  /** Asks again for what is missing, now that the time has come. */
  ask(turn: Turn, peer: Peer, now: Instant): void {
    const { ask, hopeless } = peer.requests.expire(now);
    for (const { first, last } of ask) {
      const range = { firstseq: String(first), lastseq: String(last) };
      const fields = { t: "NS_rexmit", dest: peer.name, ...range };
      turn.do(this.#sender.send(text(fields), now));
    }
    for (const seq of hopeless) {
      peer.sequence.giveUp(seq);
      turn.log("error", "loss", `Irretrievably lost packet: ${peer.name} never resent seq ${seq}`);
      tellHeldBack(turn, peer);
      this.#acknowledge(turn, peer, seq, now);
    }
  }

  /** An echo reply that a ping node sent back, over its own link. */
  #ping(peer: Peer, header: Header, { link, message }: Arriving): Kept | undefined {
    if (header.type !== "NS_st" || link !== peer.name) return undefined;
    return { peer, header, message, silentMs: 0 };
  }

  /** Our own voice, looped back by the medium; or that of somebody who thinks he is us. */
  #own(turn: Turn, header: Header, now: Instant): Drop {
    const foreign = header.uuid !== undefined && header.uuid !== this.#boot.uuid;
    const ahead = header.generation === this.#boot.generation && header.seq > this.#sender.newest;
    // Nothing is wrong with it, and nobody counts it.
    if (!foreign && !ahead && (header.generation ?? 0) <= this.#boot.generation) return "duplicate";
    const why = foreign ? "another uuid" : "a run that is not ours";
    const text = `Another host calls itself ${header.src}: a message has ${why}`;
    return this.#drop(turn, "clone", text, now);
  }

  #stranger(turn: Turn, header: Header, link: string, now: Instant): { joining: Header } | Drop {
    if (this.#config.autojoin !== "none" && header.type === "status") return { joining: header };
    if (this.#config.autojoin !== "none") return this.#count("stranger");
    const text = `Unknown node "${header.src}" on ${link}: not in a node line of ha.cf`;
    return this.#drop(turn, "stranger", text, now);
  }

  /** Learns the uuid. A name stays what it is, so that two cloned hosts remain two nodes. */
  #identify(turn: Turn, peer: Peer, header: Header, now: Instant): void {
    const { uuid } = header;
    if (uuid === undefined || uuid === NULL_UUID) return;
    if (uuid === this.#boot.uuid) {
      const text = `${peer.name} has the uuid of this node: one was cloned from the other`;
      this.#drop(turn, "clone", text, now);
      return;
    }
    if (uuid === peer.uuid) return;
    peer.uuid = uuid;
    turn.do(this.#roster.hostcache());
    turn.effects.push({ do: "publish" });
  }

  #drop(turn: Turn, reason: Drop, text: string, now: Instant): Drop {
    const complaint = this.#complaints.get(reason) ?? new Complaint();
    this.#complaints.set(reason, complaint);
    const line = complaint.say(text, now);
    if (line !== undefined) turn.log("warn", reason, line);
    return this.#count(reason);
  }

  #count(reason: Drop): Drop {
    this.#drops.set(reason, (this.#drops.get(reason) ?? 0) + 1);
    return reason;
  }
}
