// Whether this node may act for the cluster, and what becomes of its groups where it may not: `quorum_policy`.
//
// Which nodes belong together and have quorum is agreed on elsewhere (../ccm). What is not sure yet takes
// nothing and stops nothing. Without `membership on`, or with `ignore`, it always may.
//
//   none ── quorum ──▶ held ◀── quorum ──▶ open ── not even all that are heard would have it,
//    │                   ▲                  │      or none for deadtime
//    │                   └───── quorum ──── lost ◀──┘
//    └── not even all that are heard would have it ──▲

import type { ClusterConfig } from "../../config/cluster.ts";
import type { Standing } from "../ccm/effect.ts";
import { after, type Instant } from "../instant.ts";

type Verdict = "none" | "held" | "open" | "lost";

export class Franchise {
  readonly #config: () => ClusterConfig;
  readonly #ask: () => Standing;
  #verdict: Verdict;
  /** What the negotiator knew when it decided last. */
  #heeded: Verdict;
  /** When this run had quorum last. */
  #heldAt: Instant | undefined;

  constructor(config: () => ClusterConfig, standing: () => Standing) {
    this.#config = config;
    this.#ask = standing;
    // A run begins without quorum: others take this node for one that is starting.
    this.#verdict = this.isGoverned ? "none" : "held";
    this.#heeded = this.#verdict;
  }

  /** Quorum matters to what runs here. */
  get isGoverned(): boolean {
    return (this.#config().consensus?.policy ?? "ignore") !== "ignore";
  }

  /** Why nothing may be taken or moved now; undefined: it may. */
  objection(): string | undefined {
    const standing = this.#standing();
    if (standing === undefined || standing.quorum === "held") return undefined;
    return `no quorum (${standing.why})`;
  }

  /** It has a part in the cluster, or will have as soon as the nodes have agreed. */
  get counts(): boolean {
    return !this.isGoverned || this.#verdict === "held" || this.#verdict === "open";
  }

  /** It is sure that nothing is taken here until others come. */
  get isLost(): boolean {
    return this.#verdict === "lost";
  }

  /** Why everything that runs here has to stop; undefined: it may go on. */
  forfeit(): string | undefined {
    const isStopping = this.#config().consensus?.policy === "stop" && this.isLost;
    return isStopping ? this.objection() : undefined;
  }

  /** The negotiator decides anew, by what is known now. */
  heed(now: Instant): void {
    this.#look(now);
    this.#heeded = this.#verdict;
  }

  /** It is otherwise than the negotiator knew. */
  isNews(now: Instant): boolean {
    this.#look(now);
    return this.#verdict !== this.#heeded;
  }

  /** When time alone decides. */
  deadline(): Instant | undefined {
    return this.#verdict === "open" ? this.#patience : undefined;
  }

  /** Undefined: nobody asks for quorum. */
  #standing(): Standing | undefined {
    return this.isGoverned ? this.#ask() : undefined;
  }

  #look(now: Instant): void {
    const standing = this.#standing();
    if (standing === undefined) {
      this.#heldAt = undefined;
      this.#verdict = "held";
    } else if (standing.quorum === "held") {
      this.#heldAt = now;
      this.#verdict = "held";
    } else if (standing.quorum === "lost") {
      this.#verdict = "lost";
    } else if (this.#verdict === "held") {
      this.#verdict = "open";
      if (this.#heldAt !== undefined) this.#heldAt = now;
    } else if (this.#isOver(now)) {
      this.#verdict = "lost";
    }
  }

  /** Agreeing takes as long as a death may: the others may have done without this node. */
  #isOver(now: Instant): boolean {
    const until = this.#patience;
    return until !== undefined && until <= now;
  }

  get #patience(): Instant | undefined {
    const heldAt = this.#heldAt;
    return heldAt === undefined ? undefined : after(heldAt, this.#config().timing.deadtimeMs);
  }
}
