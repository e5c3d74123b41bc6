// Plays a peer's death through once, with throw-away cores in a time of their own, before the real
// core begins: what is compiled then need not be compiled when a real peer dies.
//
// It can be done because the core is pure: same inputs, no clock, no side effects. Nothing that
// these cores say leaves this function. It takes a few tens of milliseconds, and never more than
// its budget.

import { bootMs } from "../../ffi/clock.ts";
import type { ClusterConfig } from "../config/cluster.ts";
import type { Boot } from "../core/boot.ts";
import type { Effect } from "../core/effect.ts";
import type { Input } from "../core/input.ts";
import { after, at, type Instant } from "../core/instant.ts";
import type { Message } from "../wire/message.ts";
import { open, seal } from "../wire/packet.ts";
import { quick } from "./hmac.ts";
import type { Steps } from "./loop.ts";
import { isPing } from "./media/ping.ts";

const BUDGET_MS = 150;
const STEPS_MAX = 3_000;

/** Makes a core; so that this file, and a test of the loop, need not know which. */
export type MakeCore = (config: ClusterConfig, boot: Boot, now: Instant) => Steps;

/** One node of the play. */
interface Player {
  readonly core: Steps;
  readonly inbox: Input[];
}

/** Lets this node live beside one peer until both are settled, then take over from the silent
 *  peer. */
export function playThrough(
  config: ClusterConfig,
  boot: Boot,
  make: MakeCore,
  budgetMs = BUDGET_MS,
): void {
  const peer = config.nodes.find((node) => node !== config.self);
  if (peer === undefined) return;
  const end = bootMs() + budgetMs;
  // Two nodes and little patience: the play is about what happens, not about how long it takes.
  const nodes = [config.self, peer];
  const { deadtimeMs, keepaliveMs } = config.timing;
  const initdeadMs = Math.min(config.timing.initdeadMs, 2 * deadtimeMs);
  // Ping nodes would have to answer before the two could begin.
  const media = config.media.filter((medium) => !isPing(medium)).slice(0, 1);
  const timing = { ...config.timing, initdeadMs };
  const play = { ...config, nodes, media, timing, keyring: quick(config.keyring) };
  let now = at(1_000_000);
  const { memory: _, ...fresh } = boot;
  const own: Player = { core: make(play, fresh, now), inbox: [{ on: "start" }] };
  const other: Player = {
    core: make({ ...play, self: peer }, { ...fresh, uuid: "ab".repeat(16) }, now),
    inbox: [{ on: "start" }],
  };
  const dies = after(now, 5 * keepaliveMs);
  const over = after(dies, deadtimeMs + 4 * keepaliveMs);
  for (let steps = 0; steps < STEPS_MAX && now < over && bootMs() < end; steps += 1) {
    const living = now < dies ? [own, other] : [own];
    for (const player of living) {
      const due = player.core.deadline();
      if (due !== undefined && due <= now) player.inbox.push({ on: "alarm" });
      const input = player.inbox.shift();
      if (input === undefined) continue;
      for (const effect of player.core.step(input, now)) {
        if (effect.do === "send") {
          for (const listener of living) listener.inbox.push(...carried(effect.message, play));
        }
        player.inbox.push(...done(effect));
      }
    }
    if (living.some((player) => player.inbox.length > 0)) continue;
    now = nextMoment(living, now);
  }
}

function nextMoment(players: readonly Player[], now: Instant): Instant {
  const moments = players.map((player) => player.core.deadline() ?? after(now, 10));
  return at(Math.max(now + 0.01, Math.min(...moments)));
}

/** Every job has a good end; what is asked for its status does not run, so that it must be started. */
function done(effect: Effect): Input[] {
  if (effect.do !== "hold" && effect.do !== "drop" && effect.do !== "run") return [];
  const ok = effect.do !== "run" || effect.action !== "status";
  return [{ on: "result", job: effect.job, ok, text: "played", tookMs: 1 }];
}

/** The message as it arrives: by way of its bytes. */
function carried(message: Message, config: ClusterConfig): Input[] {
  const opened = open(seal(message, config.keyring, config.msgfmt), config.keyring);
  return opened.ok ? [{ on: "message", link: "play", message: opened.message }] : [];
}
