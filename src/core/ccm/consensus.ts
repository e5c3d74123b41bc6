// The `ccm` of this node in its core: hears what the membership below tells of nodes and their messages, speaks
// through it as the client "ccm" would (ccm 1), and tells the desk what local programs are to know.
//
// It begins when this node is a full member, and leaves when the node does. That a node is heard, late or not
// at all is judged below.

import type { ClusterConfig } from "../../config/cluster.ts";
import { isCcm } from "../../wire/ccm.ts";
import { type Message, text, textOf } from "../../wire/message.ts";
import type { Boot } from "../boot.ts";
import { clstat } from "../clients/clstat.ts";
import type { DirectoryNode } from "../clients/directory.ts";
import type { Effect } from "../effect.ts";
import type { Instant } from "../instant.ts";
import type { Member, MemberEvent } from "../member.ts";
import type { Membership } from "../membership/membership.ts";
import type { ConsensusView } from "../snapshot.ts";
import { Ccm } from "./ccm.ts";
import { cookiesOf } from "./cookies.ts";
import type { CcmEffect, Standing } from "./effect.ts";

type Below = Pick<Membership, "send" | "members" | "directory">;

const NAME = "ccm";

export class Consensus {
  readonly #below: Below;
  readonly #cookie: () => string;
  #config: ClusterConfig;
  #ccm: Ccm | undefined;
  #hasBegun = false;
  #known: readonly Member[] = [];
  #dead: ReadonlySet<string> = new Set();

  constructor(config: ClusterConfig, boot: Pick<Boot, "uuid" | "generation">, below: Below) {
    this.#config = config;
    this.#below = below;
    this.#cookie = cookiesOf(boot);
  }

  /** News of the membership below. */
  member(event: MemberEvent, now: Instant): Effect[] {
    if (event.event === "comm-up") {
      this.#hasBegun = true;
      return this.#begin(now);
    }
    const ccm = this.#ccm;
    if (ccm === undefined) return [];
    switch (event.event) {
      case "dead":
        return this.#carry(ccm.node(event.node, "dead", now), now);
      case "up":
      case "returned":
        return [...this.#list(ccm, now), ...this.#carry(ccm.node(event.node, "live", now), now)];
      case "restarted":
        return this.#carry(ccm.node(event.node, "restarted", now), now);
      case "left":
        return this.#carry(ccm.client(event.node, "leave", now), now);
      case "removed":
        return this.#list(ccm, now);
      case "message":
        return this.#carry(this.#heard(ccm, event, now), now);
      default:
        return [];
    }
  }

  expire(now: Instant): Effect[] {
    return this.#carry(this.#ccm?.expire(now) ?? [], now);
  }

  deadline(): Instant | undefined {
    return this.#ccm?.deadline();
  }

  /** The configuration is another: the list of nodes, whether there is a `ccm` at all. */
  reload(config: ClusterConfig, now: Instant): Effect[] {
    const before = this.#config;
    this.#config = config;
    if (!this.#hasBegun) return [];
    const isSame = JSON.stringify(before.consensus) === JSON.stringify(config.consensus);
    if (isSame) return this.#ccm === undefined ? [] : this.#list(this.#ccm, now);
    return [...this.leave(now), ...this.#begin(now)];
  }

  /** This node goes: the others need not wait for its death. */
  leave(now: Instant): Effect[] {
    if (this.#ccm === undefined) return [];
    this.#ccm = undefined;
    return [...this.#sign("leave", "signoff", now), { do: "consensus", news: undefined }];
  }

  /** Whether this side may speak for the cluster. */
  standing(): Standing {
    const members = this.#below.members();
    // Asked for every group at every event: who is dead is seldom another.
    if (members !== this.#known) {
      this.#known = members;
      this.#dead = new Set(members.filter(isDead).map(({ name }) => name));
    }
    return (
      this.#ccm?.standing(this.#dead) ?? { quorum: "open", why: "this node is in no membership" }
    );
  }

  view(): ConsensusView | undefined {
    const { membership, state } = this.#ccm ?? {};
    if (state === undefined) return undefined;
    const policy = this.#config.consensus?.policy ?? "ignore";
    if (membership === undefined) return { state, members: [], policy };
    const { transition, leader, members, quorate, why } = membership;
    const list = members.map(({ name, bornon }) => ({ name, bornon }));
    return { state, transition, leader, members: list, quorum: quorate, why, policy };
  }

  #begin(now: Instant): Effect[] {
    const { consensus, self, timing } = this.#config;
    if (consensus === undefined) return [];
    const ccm = new Ccm(
      {
        self,
        nodes: this.#normal().map(({ name, status }) => ({ name, live: status !== "dead" })),
        keepaliveMs: timing.keepaliveMs,
        rules: consensus.rules,
        weight: (node) => weightIn(this.#below.directory(now), node),
        cookie: this.#cookie,
      },
      now,
    );
    this.#ccm = ccm;
    return [...this.#sign("join", "signon", now), ...this.#carry(ccm.start(now), now)];
  }

  #normal(): readonly Member[] {
    return this.#below.members().filter(({ kind }) => kind === "normal");
  }

  #list(ccm: Ccm, now: Instant): Effect[] {
    const names = this.#normal().map(({ name }) => name);
    return this.#carry(ccm.nodes(names, now), now);
  }

  #heard(
    ccm: Ccm,
    { node, message }: { node: string; message: Message },
    now: Instant,
  ): CcmEffect[] {
    if (isCcm(message)) return ccm.heard(message, now);
    if (textOf(message, "t") !== "hbapi-clstat" || textOf(message, "from_id") !== NAME) return [];
    const st = textOf(message, "st");
    return st === "join" || st === "leave" ? ccm.client(node, st, now) : [];
  }

  /** What the daemon of a client says of its coming and going. */
  #sign(st: "join" | "leave", info: string, now: Instant): Effect[] {
    const src = this.#config.self;
    return this.#below.send(clstat(st, { id: NAME, src, info, generation: 0 }), now);
  }

  #carry(effects: readonly CcmEffect[], now: Instant): Effect[] {
    return effects.flatMap((effect) => this.#carryOne(effect, now));
  }

  #carryOne(effect: CcmEffect, now: Instant): Effect[] {
    switch (effect.do) {
      case "send":
        return this.#below.send(signed(effect.message), now);
      case "log":
        return [{ do: "log", level: effect.level, topic: "consensus", text: effect.text }];
      case "membership":
        return [{ do: "consensus", news: { say: "membership", ...effect.membership } }, publish];
      case "influx":
      case "evicted":
        return [{ do: "consensus", news: { say: effect.do } }, publish];
    }
  }
}

function isDead({ kind, status }: Member): boolean {
  return kind === "normal" && status === "dead";
}

function weightIn(nodes: readonly DirectoryNode[], name: string): number {
  return nodes.find((node) => node.name === name)?.weight ?? 0;
}

const publish = { do: "publish" } as const;

function signed({ fields }: Message): Message {
  const header = { from_id: NAME, to_id: NAME, client_gen: "0" };
  return { fields: [...fields, ...text(header).fields] };
}
