// Who is in the cluster and alive, as this node sees it (heartbeat-wire 5–13, check-list 16).
//
// It keeps the heartbeat going, judges the silence of others, and hands messages about groups to the
// floors above in the order in which they were kept. It decides nothing about groups: in particular
// `starting` and `resource` are sent by the negotiators, after the event "comm-up".
//
// Where it is better than Heartbeat 3, on purpose: deaths are noticed at their exact moment, not every
// 250 ms; silence while this host slept is forgiven; a late heartbeat warns, but condemns nobody who was
// not yet dead; a new or returned node is greeted with a status at once; what is missing is asked for in few
// questions (rexmit.ts).

import type { ClusterConfig } from "../../config/cluster.ts";
import { linkOf } from "../../config/medium.ts";
import { type Message, textOf } from "../../wire/message.ts";
import type { Boot } from "../boot.ts";
import { Audience, classOf } from "../clients/audience.ts";
import type { DirectoryNode } from "../clients/directory.ts";
import { entriesOf } from "../clients/entry.ts";
import { filter } from "../clients/filter.ts";
import { linkNews } from "../clients/news.ts";
import type { Effect } from "../effect.ts";
import type { Command } from "../input.ts";
import { after, earlier, type Instant } from "../instant.ts";
import type { Member, NodeStatus } from "../member.ts";
import type { NodeView } from "../snapshot.ts";
import { expireLinks, linkFaultText, obituary } from "./mortality.ts";
import { askForList } from "./nodelist.ts";
import { type Looking, nodeViews } from "./nodeview.ts";
import { type Kept, Reception } from "./reception.ts";
import { Registrar } from "./registrar.ts";
import { Roster } from "./roster.ts";
import { Sender } from "./sender.ts";
import { Startup } from "./startup.ts";
import {
  isForMe,
  isIntroduction,
  pingAnswered,
  returned,
  statusArrived,
  tellHeldBack,
} from "./tidings.ts";
import { type Outcome, Turn } from "./turn.ts";

export type { Outcome } from "./turn.ts";

export class Membership {
  /** Who listens on this host. */
  readonly audience = new Audience();
  readonly #boot: Boot;
  readonly #roster: Roster;
  readonly #sender: Sender;
  readonly #reception: Reception;
  readonly #registrar: Registrar;
  readonly #startup: Startup;
  #config: ClusterConfig;
  #status: NodeStatus = "init";
  #statusAt: Instant | undefined;
  #beatAt: Instant | undefined;
  #leaving = false;
  /** Why a link of this host fails, by its name. */
  readonly #faults = new Map<string, string>();
  /** Everything that is judged in one step asks for them; the same array while nobody is another. */
  #members: readonly Member[] = [];
  #areMembersKnown = false;
  #me: Member | undefined;

  constructor(config: ClusterConfig, boot: Boot, now: Instant) {
    this.#config = config;
    this.#boot = boot;
    this.#roster = new Roster(config, boot, now);
    const { audience } = this;
    this.#sender = new Sender(config, boot, { roster: this.#roster, audience });
    this.#reception = new Reception(config, boot, { roster: this.#roster, sender: this.#sender });
    this.#registrar = new Registrar(config, { roster: this.#roster, sender: this.#sender });
    this.#startup = new Startup(config, now);
  }

  /** Own status: init before start(), then up, then active once this node is a full member. */
  get status(): NodeStatus {
    return this.#status;
  }

  /** Dropped messages by reason: what hostile or misguided packets amount to. */
  get drops(): Readonly<Record<string, number>> {
    return this.#reception.drops;
  }

  /** The first breath: init, up, up (heartbeat-wire 10.1 step 2). */
  start(now: Instant): Outcome {
    const turn = this.#turn(now);
    turn.do(this.#sender.status("init", now));
    this.#status = "up";
    const { generation } = this.#boot;
    const fields = { status: "up", generation };
    turn.log("info", "start", `Local status is up, generation ${generation}`, fields);
    this.#beat(turn, now);
    this.#beat(turn, now);
    this.#advance(turn, now);
    return turn;
  }

  /** What time it is for people, and the load of this host: both travel in the header. */
  clock(bootUnixMs: number, load: string): void {
    this.#sender.clock(bootUnixMs, load);
  }

  /** An authentic message came over a link. */
  heard(link: string, message: Message, now: Instant): Outcome {
    const turn = this.#turn(now);
    const judged = this.#reception.hear(turn, { link, message }, now);
    if (judged === undefined) return turn;
    if ("joining" in judged) this.#registrar.join(turn, judged.joining, now);
    else this.#understand(turn, judged, now);
    this.#advance(turn, now);
    return turn;
  }

  /** A link of this host failed or recovered. */
  link(link: string, ok: boolean, reason: string, now: Instant): Outcome {
    const turn = this.#turn(now);
    if (ok === !this.#faults.has(link)) return turn;
    if (ok) this.#faults.delete(link);
    else this.#faults.set(link, reason);
    const text = ok ? `Link ${link} works again` : `Link ${link} fails here: ${reason}`;
    turn.log(ok ? "info" : "warn", "link", text, { link, state: ok ? "up" : "failed" });
    turn.effects.push({ do: "publish" });
    const isOwn = this.#roster.peer(link) === undefined;
    if (isOwn) turn.give(linkNews(this.#config.self, link, ok ? "up" : "dead"), filter.normal);
    if (ok) this.#beat(turn, now);
    return turn;
  }

  /** How long our peers have been waiting for a status of ours; 0 before the first. */
  silentMs(now: Instant): number {
    return this.#beatAt === undefined ? 0 : now - this.#beatAt;
  }

  /** This host was away for `ms`: nobody's silence in that time counts. */
  overslept(ms: number, now: Instant): Outcome {
    const turn = this.#turn(now);
    for (const peer of this.#roster.peers()) peer.forgive(ms, now);
    this.#startup.forgive(ms);
    this.#advance(turn, now);
    const text = `This host was away for ${Math.round(ms)} ms: that silence is nobody's fault`;
    turn.log("warn", "overslept", text, { ms: Math.round(ms) });
    return turn;
  }

  /** The heartbeat alone, if its time has come: it must not wait for what others have to say. */
  beat(now: Instant): Effect[] {
    const turn = this.#turn(now);
    if (this.#statusAt !== undefined && now >= this.#statusAt) this.#beat(turn, now);
    return turn.effects;
  }

  /** Does what the time has come for. */
  expire(now: Instant): Outcome {
    const turn = this.#turn(now);
    if (this.#statusAt !== undefined && now >= this.#statusAt) this.#beat(turn, now);
    const notBefore = this.#startup.initdeadAt;
    for (const peer of [...this.#roster.peers()]) {
      this.#reception.ask(turn, peer, now);
      const deadline = peer.deadline(notBefore);
      if (deadline !== undefined && now >= deadline) {
        obituary(turn, peer, { now, faults: this.#faults, starting: notBefore !== undefined });
        this.#sender.forget(peer.name);
      }
      expireLinks(turn, peer, now);
    }
    turn.do(this.#sender.goOn(now));
    this.#advance(turn, now);
    return turn;
  }

  /** When to call expire() next; undefined before start(). */
  deadline(): Instant | undefined {
    const notBefore = this.#startup.initdeadAt;
    let first = earlier(this.#statusAt, this.#leaving ? undefined : this.#startup.deadline());
    for (const peer of this.#roster.peers()) {
      first = earlier(earlier(first, peer.requests.deadline()), peer.deadline(notBefore));
      for (const link of peer.links.values()) first = earlier(first, link.deadline(peer.deadMs));
    }
    return first;
  }

  /** Stamps the header block on a draft, keeps it for retransmission, sends it on every link. */
  send(draft: Message, now: Instant): Effect[] {
    return this.#sender.send(draft, now);
  }

  /** The same for a local client; it may be told to wait. */
  sendFor(letter: Message, now: Instant): Effect[] {
    return this.#sender.sendFor(letter, now);
  }

  /** addnode, delnode, setweight and setsite; undefined for the commands of others. */
  command(command: Command, now: Instant): Outcome | undefined {
    if (command.name === "standby" || command.name === "takeover" || command.name === "leave") {
      return undefined;
    }
    const turn = this.#turn(now);
    const refused = this.#registrar.command(turn, command, now);
    if (refused !== undefined) return { effects: turn.effects, events: turn.events, refused };
    this.#advance(turn, now);
    return turn;
  }

  /** Goes over to a new configuration: nodes, timings, media. */
  reload(config: ClusterConfig, now: Instant): Outcome {
    const turn = this.#turn(now);
    const before = this.#config;
    this.#config = config;
    this.#sender.adopt(config);
    this.#reception.adopt(config);
    this.#registrar.adopt(turn, config, now);
    const links = new Set(config.media.map(linkOf));
    for (const peer of this.#roster.peers()) {
      for (const name of peer.links.keys()) if (!links.has(name)) peer.links.delete(name);
    }
    for (const name of this.#faults.keys()) if (!links.has(name)) this.#faults.delete(name);
    this.#startup.adopt(config);
    if (JSON.stringify(before.timing) !== JSON.stringify(config.timing)) this.#beat(turn, now);
    this.#advance(turn, now);
    turn.effects.push({ do: "publish" });
    return turn;
  }

  /** This node is on its way out: the heartbeat goes on, but it asks nobody for anything new. */
  leaving(now: Instant): Effect[] {
    this.#leaving = true;
    const turn = this.#turn(now);
    this.#beat(turn, now);
    return turn.effects;
  }

  /** Every node, this one included, in order; then the ping nodes. */
  members(): readonly Member[] {
    if (this.#areMembersKnown) return this.#members;
    this.#areMembersKnown = true;
    const members = this.#describe();
    const known = this.#members;
    const isNews =
      members.length !== known.length || members.some((member, n) => member !== known[n]);
    if (isNews) this.#members = members;
    return this.#members;
  }

  #describe(): readonly Member[] {
    const place = this.#roster.place();
    const members: Member[] = [];
    const pings: Member[] = [];
    for (const peer of this.#roster.peers()) {
      if (peer.kind === "ping") pings.push(peer.asMember());
      else members.push(peer.asMember());
    }
    members.splice(place, 0, this.#self());
    return [...members, ...pings];
  }

  /** The same for people. */
  nodeViews(now: Instant): readonly NodeView[] {
    return nodeViews(this.#roster, this.#looking(this.#leaving ? "leaving" : this.#status, now));
  }

  /** The same for clients. */
  directory(now: Instant): readonly DirectoryNode[] {
    return entriesOf(this.#roster, this.#looking(this.#status, now), this.#boot.uuid);
  }

  /** What a kept message means; those that came before the status of their life follow it. A report of an
   *  hb node is as good: what it says it holds must not wait for a status that was lost or refused. */
  #understand(turn: Turn, kept: Kept, now: Instant): void {
    const { peer, header, message } = kept;
    if (peer.kind === "ping") {
      pingAnswered(turn, kept, now);
    } else if (isIntroduction(kept)) {
      const life = statusArrived(turn, kept, this.#config.timing);
      if (life !== "same") this.#beat(turn, now);
      for (const early of peer.release()) this.#deliver(turn, peer.name, early, now);
      if (header.type !== "status") this.#deliver(turn, peer.name, message, now);
    } else if (peer.introduced || peer.isBack) {
      if (!peer.introduced) {
        returned(turn, kept);
        this.#beat(turn, now);
      }
      this.#deliver(turn, peer.name, message, now);
    } else {
      peer.hold(message);
    }
    tellHeldBack(turn, peer);
  }

  #deliver(turn: Turn, node: string, message: Message, now: Instant): void {
    const peer = this.#roster.peer(node);
    if (peer === undefined) return;
    const me = { self: this.#config.self, uuid: this.#boot.uuid };
    if (!isForMe(message, me, this.#roster)) {
      turn.give(message, filter.dropped);
      return;
    }
    if (!peer.heldBack.holds(message, peer.sequence.missing)) {
      turn.give(message, classOf(textOf(message, "t") ?? ""));
    }
    if (this.#registrar.understands(turn, { peer, message, startup: this.#startup }, now)) return;
    turn.event({ event: "message", node, message });
  }

  /** Sends a status now, and plans the next. A beat that is late does not make the next one late. */
  #beat(turn: Turn, now: Instant): void {
    const { keepaliveMs } = this.#config.timing;
    const due = this.#statusAt ?? now;
    this.#beatAt = now;
    turn.do(this.#sender.status(this.#status, now));
    const punctual = now >= due && now - due < keepaliveMs;
    this.#statusAt = after(punctual ? due : now, keepaliveMs);
  }

  /** Every entry begins with one: members may be others after it. */
  #turn(now: Instant): Turn {
    this.#areMembersKnown = false;
    return new Turn(this.audience, this.#sender.unixSeconds(now));
  }

  /** Start-up goes as far as it can. */
  #advance(turn: Turn, now: Instant): void {
    if (this.#leaving || this.#status !== "up") return;
    const step = this.#startup.advance(this.#roster.peers(), now);
    if (step.step === "ask") turn.do(this.#sender.send(askForList(step.node), now));
    if (step.step !== "done") return;
    this.#status = "active";
    const why = `${step.why}${linkFaultText(this.#faults)}`;
    turn.log("info", "start", `Local status is active: ${why}`, { status: "active", why });
    this.#beat(turn, now);
    turn.event({ event: "comm-up" });
    turn.effects.push({ do: "publish" });
  }

  #looking(status: string, now: Instant): Looking {
    const { self, media } = this.#config;
    return { self, media, status, faults: this.#faults, now };
  }

  #self(): Member {
    const [status, name] = [this.#status, this.#config.self];
    if (this.#me?.status === status && this.#me.name === name) return this.#me;
    const { generation } = this.#boot;
    this.#me = { name, kind: "normal", status, speaksHb: true, unheard: false, generation };
    return this.#me;
  }
}
