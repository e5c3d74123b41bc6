// Law 7: a node that restarts finds the group where it left it: no needless move.
//
// When every host is alive, every group is up on one of them, nothing has moved for fifteen seconds and
// nothing was done for as long, and then one agent (or its desk, or its pulse) dies and is back within
// deadtime (less what its peers have waited already and the age of its memory: 0.7 of it, less a
// keepalive), then nothing moves: no other node starts, stops, puts up or takes off anything, and on this
// one nothing stops and no address leaves. Watched until two deadtimes after its return, or until
// something else is done to the cluster.
//
// And at the end of a run, after everything was mended and settled, nothing moves any more (verdict of
// judge.ts: a run that never comes to rest).
//
// Exceptions: the state on its disk was lost or could not be written, or a script misbehaves there.

import type { Sight } from "../../../src/sim/sight.ts";
import { misplaced } from "./holder.ts";
import type { Law, Report } from "./law.ts";
import { isAlive, type Picture } from "./picture.ts";

const calmMs = 15_000;

interface Watch {
  readonly node: string;
  readonly diedAt: number;
  readonly limitMs: number;
  backAt: number | undefined;
  readonly moves: string[];
}

export class Restart implements Law {
  readonly ignoresPackets = true;
  readonly #picture: Picture;
  readonly #report: Report;
  #watch: Watch | undefined;
  #movedAt = 0;
  #actAt = 0;
  #actBefore = 0;
  #isRough = false;
  /** Only the agent, or one of its processes, was killed: what is up stays up. */
  #isOnlyAgent = false;

  constructor(picture: Picture, report: Report) {
    this.#picture = picture;
    this.#report = report;
  }

  /** When anything was last started, stopped, put up or taken off. */
  get movedAt(): number {
    return this.#movedAt;
  }

  see(sight: Sight, now: number): void {
    switch (sight.saw) {
      case "act":
        this.#act(sight.act, now);
        return;
      case "process":
        if (sight.alive) this.#returns(sight.node, now);
        else this.#dies(sight.node, now);
        return;
      case "address":
      case "service":
        this.#moves(sight.node, `${sight.word} is ${sight.up ? "up" : "down"}`, sight.up, now);
        return;
      case "script":
        if (sight.phase === "begins" && sight.action !== "status") {
          this.#moves(
            sight.node,
            `${sight.action} of ${sight.word}`,
            sight.action === "start",
            now,
          );
        }
        return;
      default:
        return;
    }
  }

  #act(act: Extract<Sight, { readonly saw: "act" }>["act"], now: number): void {
    if (act.act === "weather") this.#isRough = Object.keys(act.weather).length > 0;
    this.#isOnlyAgent = ["crash", "kill-desk", "kill-pulse"].includes(act.act);
    const isReturn = act.act === "start" && act.node === this.#watch?.node;
    if (!isReturn) this.#watch = undefined;
    this.#actBefore = this.#actAt;
    this.#actAt = now;
  }

  #dies(node: string, now: number): void {
    if (this.#watch?.node === node && this.#watch.backAt === undefined) return;
    this.#watch = undefined;
    const host = this.#picture.host(node);
    const { deadtimeMs, keepaliveMs } = host.config.timing;
    // The death is what was done just now; before it nothing was.
    const calmSince = Math.max(this.#actAt === now ? this.#actBefore : this.#actAt, this.#movedAt);
    const others = this.#picture.all.filter(({ name }) => name !== node);
    if (!this.#isOnlyAgent || this.#actAt !== now || this.#isRough) return;
    if (now - calmSince < calmMs + 3 * deadtimeMs) return;
    if (!others.every(isAlive) || misplaced(this.#picture).length > 0) return;
    if (host.forgetful || host.tempers.size > 0) return;
    const limitMs = 0.7 * deadtimeMs - keepaliveMs;
    this.#watch = { node, diedAt: now, limitMs, backAt: undefined, moves: [] };
  }

  #returns(node: string, now: number): void {
    const watch = this.#watch;
    const host = this.#picture.host(node);
    if (watch === undefined || watch.node !== node || !host.desk || !host.pulse) return;
    if (now - watch.diedAt > watch.limitMs) {
      this.#watch = undefined;
      return;
    }
    watch.backAt = now;
    for (const move of watch.moves) this.#tell(watch, move);
  }

  #moves(node: string, what: string, isUp: boolean, now: number): void {
    this.#movedAt = now;
    const watch = this.#watch;
    if (watch === undefined || (node === watch.node && isUp)) return;
    const { deadtimeMs } = this.#picture.host(watch.node).config.timing;
    if (watch.backAt !== undefined && now - watch.backAt > 2 * deadtimeMs) {
      this.#watch = undefined;
      return;
    }
    if (watch.backAt === undefined) watch.moves.push(`${node}: ${what}`);
    else this.#tell(watch, `${node}: ${what}`);
  }

  #tell({ node, diedAt }: Watch, move: string): void {
    this.#watch = undefined;
    const at = (diedAt / 1_000).toFixed(3);
    this.#report("7", `${move}, although ${node} only restarted quickly at ${at} s`);
  }
}
