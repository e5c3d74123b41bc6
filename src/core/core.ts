// The core of a node: membership, groups and virtual routers behind one step function.
//
// Deterministic and pure: time is a parameter, everything that it wants is an effect. The pulse hosts
// it on a real machine (src/pulse), the simulator in a made-up one (test/sim).

import type { ClusterConfig } from "../config/cluster.ts";
import type { Message } from "../wire/message.ts";
import type { Boot } from "./boot.ts";
import { Routers } from "./carp/routers.ts";
import { Consensus } from "./ccm/consensus.ts";
import { nothing } from "./classic/ownership.ts";
import { letterOf } from "./clients/letter.ts";
import { Register } from "./clients/register.ts";
import type { Effect } from "./effect.ts";
import { Groups } from "./group/groups.ts";
import type { Input } from "./input.ts";
import { earlier, type Instant } from "./instant.ts";
import type { Member } from "./member.ts";
import { Complaint } from "./membership/complaint.ts";
import { Membership, type Outcome } from "./membership/membership.ts";
import type { PulseView, Snapshot } from "./snapshot.ts";

export class Core {
  readonly #membership: Membership;
  readonly #groups: Groups;
  readonly #routers: Routers;
  readonly #consensus: Consensus;
  readonly #register = new Register();
  readonly #complaint = new Complaint();
  readonly #generation: number;
  #config: ClusterConfig;
  #isLeaving = false;
  /** The end that waits for the virtual routers. */
  #exit: Effect | undefined;

  constructor(config: ClusterConfig, boot: Boot, now: Instant) {
    this.#config = config;
    this.#generation = boot.generation;
    this.#membership = new Membership(config, boot, now);
    const peers = {
      members: () => this.#membership.members(),
      send: (draft: Message, when: Instant) => this.#membership.send(draft, when),
      standing: () => this.#consensus.standing(),
    };
    this.#groups = new Groups(config, boot, peers, now);
    this.#routers = new Routers(config.routers, boot, now);
    this.#consensus = new Consensus(config, boot, this.#membership);
  }

  /** Take one input and say what shall be done about it. */
  step(input: Input, now: Instant): Effect[] {
    const effects = this.#routed(input, now) ?? this.#step(input, now);
    effects.push(...this.#groups.reconsider(now));
    if (this.#routers.settled()) effects.push(this.#reconfigure());
    const kept = this.#isLeaving ? this.#holdExit(effects) : effects;
    if (input.on !== "clock" && input.on !== "client") this.#tellDirectory(kept, now);
    if (!this.#groups.silent) return kept;
    return kept.filter((effect) => effect.do !== "send" && effect.do !== "ping");
  }

  /** When to give the next "alarm"; undefined when nothing is waited for. */
  deadline(): Instant | undefined {
    const members = earlier(this.#membership.deadline(), this.#consensus.deadline());
    return earlier(earlier(members, this.#groups.deadline()), this.#routers.deadline());
  }

  snapshot(now: Instant, pulse: PulseView): Snapshot {
    const membership = this.#consensus.view();
    return {
      version: 1,
      node: this.#config.self,
      state: this.#isLeaving ? "leaving" : this.#membership.status,
      generation: this.#generation,
      resources: this.#groups.heldWord(nothing),
      nodes: this.#membership.nodeViews(now).map((node) => {
        return this.#groups.isDeaf(node.name) ? { ...node, deaf: true } : node;
      }),
      groups: this.#groups.views(),
      routers: this.#routers.views(now, pulse),
      ...(membership !== undefined && { membership }),
      dropped: this.#membership.drops,
      pulse,
    };
  }

  /** What is the virtual routers' business alone; undefined: it is not. */
  #routed(input: Input, now: Instant): Effect[] | undefined {
    const routers = this.#routers;
    switch (input.on) {
      case "advert":
        return routers.advert(input, now);
      case "advert-sent":
        return routers.sent(input, now);
      case "interface":
        return routers.interface(input, now);
      case "track":
        return routers.track(input, now);
      case "result":
        return routers.owns(input.job) ? routers.result(input, now) : undefined;
      case "address-lost":
        return routers.holds(input.word) ? routers.lost(input, now) : undefined;
      case "rival":
        return routers.holds(input.word) ? routers.rival(input, now) : undefined;
      default:
        return undefined;
    }
  }

  #tellDirectory(effects: Effect[], now: Instant): void {
    this.#register.tell(effects, this.#groups.heldWord(), () => this.#membership.directory(now));
  }

  /** The process may end when the virtual routers have left as well. */
  #holdExit(effects: Effect[]): Effect[] {
    this.#exit ??= effects.find((effect) => effect.do === "exit");
    const others = effects.filter((effect) => effect.do !== "exit");
    if (this.#exit === undefined || !this.#routers.over) return others;
    const exit = this.#exit;
    this.#exit = undefined;
    return [...others, exit];
  }

  #step(input: Input, now: Instant): Effect[] {
    const groups = this.#groups;
    switch (input.on) {
      case "start":
        return [...this.#absorb(this.#membership.start(now), now), ...groups.start(now)];
      case "clock":
        this.#membership.clock(input.bootUnixMs, input.load);
        return [];
      case "alarm":
        return [
          ...this.#absorb(this.#membership.expire(now), now),
          ...this.#consensus.expire(now),
          ...groups.expire(now),
          ...this.#routers.expire(now),
        ];
      case "beat":
        return this.#membership.beat(now);
      case "overslept":
        return this.#overslept(input.ms, now);
      case "message":
        return this.#absorb(this.#membership.heard(input.link, input.message, now), now);
      case "link":
        return this.#absorb(this.#membership.link(input.link, input.ok, input.reason, now), now);
      case "result":
        return groups.result(input, now);
      case "fenced":
        return groups.fenced(input, now);
      case "address-lost":
        return groups.lost(input, now);
      case "rival":
        return groups.rival(input, now);
      case "client":
        return this.#send(input.body, now);
      case "audience":
        return this.#listen(input.filter);
      case "advert":
      case "advert-sent":
      case "interface":
      case "track":
        return [];
      case "command":
        return this.#command(input, now);
      case "reload":
        return this.#reload(input.config, now);
    }
  }

  #send(body: string, now: Instant): Effect[] {
    const letter = letterOf(body);
    if (typeof letter !== "string") return this.#membership.sendFor(letter, now);
    const text = this.#complaint.say(`A message of a local program is not sent: ${letter}`, now);
    return text === undefined ? [] : [{ do: "log", level: "error", topic: "client", text }];
  }

  /** The first who listens is told what there is. */
  #listen(filter: number): Effect[] {
    const { audience } = this.#membership;
    if (!audience.isThere) this.#register.forget();
    audience.listen(filter);
    return [];
  }

  /** Addresses first: they may be somebody else's by now. Peers count from our last heartbeat, which
   *  left before the sleep began: what they took for our death is their silence, not our sleep. */
  #overslept(ms: number, now: Instant): Effect[] {
    const silentMs = Math.max(ms, this.#membership.silentMs(now));
    const isLong = silentMs >= this.#config.timing.deadtimeMs;
    const suspended = [...this.#groups.away(ms, isLong), ...this.#routers.overslept(ms, now)];
    const forgiven = this.#absorb(this.#membership.overslept(ms, now), now);
    if (!isLong) return [...suspended, ...forgiven];
    return [...suspended, ...forgiven, ...this.#groups.overslept(silentMs, now)];
  }

  #command(input: Extract<Input, { readonly on: "command" }>, now: Instant): Effect[] {
    const { request, command } = input;
    switch (command.name) {
      case "leave": {
        this.#isLeaving = true;
        const words = [...this.#consensus.leave(now), ...this.#membership.leaving(now)];
        const routers = this.#routers.leave(now);
        const groups = this.#groups.command(request, command, now);
        return [...words, ...routers, ...groups, { do: "publish" }];
      }
      case "yield":
        return this.#routers.yield(request, command.router, now);
      case "standby":
      case "takeover":
        return this.#groups.command(request, command, now);
      default:
        return this.#administer(input, now);
    }
  }

  #administer(input: Extract<Input, { readonly on: "command" }>, now: Instant): Effect[] {
    const outcome = this.#membership.command(input.command, now);
    const effects = outcome === undefined ? [] : this.#absorb(outcome, now);
    const refused = outcome === undefined ? "Not understood" : outcome.refused;
    const added = input.command.name === "addnode";
    const text = refused ?? (added ? addedText(this.#membership.members()) : "Done");
    return [...effects, { do: "reply", request: input.request, ok: refused === undefined, text }];
  }

  #reload(config: ClusterConfig, now: Instant): Effect[] {
    this.#config = config;
    const routers = this.#isLeaving ? [] : this.#routers.reload(config.routers, now);
    return [
      this.#reconfigure(),
      ...routers,
      ...this.#absorb(this.#membership.reload(config, now), now),
      ...this.#consensus.reload(config, now),
      ...this.#groups.reload(config, now),
      { do: "publish" },
    ];
  }

  /** A virtual router that leaves still speaks: the pulse keeps its voice until it is down. */
  #reconfigure(): Effect {
    return { do: "reconfigure", config: { ...this.#config, routers: this.#routers.inForce() } };
  }

  /** Membership's own effects, then what its news mean for the groups. */
  #absorb(outcome: Outcome, now: Instant): Effect[] {
    const { effects } = outcome;
    for (const event of outcome.events) {
      effects.push(...this.#groups.member(event, now), ...this.#consensus.member(event, now));
      if (event.event !== "message") effects.push({ do: "publish" });
    }
    return effects;
  }
}

/** The answer to `addnode`: a Heartbeat 3 node knows groups of two nodes alone (native/stranger.ts). */
function addedText(members: readonly Member[]): string {
  const nodes = members.filter(({ kind }) => kind === "normal");
  const old = nodes.filter(({ speaksHb, generation }) => !speaksHb && generation > 0);
  if (nodes.length < 3 || old.length === 0) return "Done";
  const names = old.map(({ name }) => name).join(" and ");
  return (
    `Done, but groups have no common protocol with more than two nodes while a Heartbeat 3 node ` +
    `is among them: run hb on ${names} as well, or remove a node`
  );
}
