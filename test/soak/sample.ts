// What is looked at every few seconds: both processes of both nodes, their logs, their answers, the wire.

import { statSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import type { Snapshot } from "../../src/core/snapshot.ts";
import { ask } from "../../src/desk/client.ts";
import { type HALF, half } from "../lab/agent.ts";
import type { Host } from "../lab/host.ts";
import type { Ear, Speech } from "./ear.ts";
import { type Look, look, stolenMs } from "./look.ts";

export interface NodeSample {
  /** Absent while there is none. */
  readonly desk?: Look;
  readonly pulse?: Look;
  /** All processes on the host. */
  readonly processes: number;
  /** How long the control socket took to answer; absent: it did not. */
  readonly answerMs?: number;
  readonly lateMs?: Snapshot["pulse"]["lateMs"];
  /** Authentic messages that did not count, and packets that were rejected, since the pulse began. */
  readonly dropped?: number;
  readonly rejected?: number;
  readonly logBytes: number;
  readonly speech: Speech;
}

export interface Sample {
  /** Seconds since the run began. */
  readonly atS: number;
  readonly load: number;
  readonly stolenMs: number;
  readonly nodes: Readonly<Record<string, NodeSample>>;
}

/** An agent that takes longer does not answer. */
const ANSWER_MS = 2_000;
const LOGS = ["log/hb.log", "log/ha-log", "log/ha-debug"];

/** The control socket of a host's agent: a unix socket is a file, and its directory is on our disk. */
export function socketOf(host: Host): string {
  return join(host.dir, "run/heartbeat/hb.sock");
}

/** What the agent of a host knows; undefined when it does not answer in time. */
export async function snapshotOf(host: Host): Promise<Snapshot | undefined> {
  const result = await ask(socketOf(host), { ask: "status" }, { limitMs: ANSWER_MS });
  return result.kind === "done" ? result.answer.snapshot : undefined;
}

export async function sample(hosts: readonly Host[], ear: Ear, atS: number): Promise<Sample> {
  const nodes: Record<string, NodeSample> = {};
  for (const host of hosts) nodes[host.name] = await sampleOf(host, ear);
  return { atS, load: loadavg()[0] ?? 0, stolenMs: stolenMs(), nodes };
}

async function sampleOf(host: Host, ear: Ear): Promise<NodeSample> {
  // Looked at before it is asked: the question's own connection is not part of the picture.
  const [desk, pulse] = [lookAt(host, "agent"), lookAt(host, "pulse")];
  const processes = host.pids().length;
  const from = performance.now();
  const seen = await snapshotOf(host);
  const answerMs = performance.now() - from;
  return {
    ...(desk === undefined ? {} : { desk }),
    ...(pulse === undefined ? {} : { pulse }),
    ...(seen === undefined ? {} : { answerMs, lateMs: seen.pulse.lateMs, ...refused(seen) }),
    processes,
    logBytes: LOGS.reduce((sum, log) => sum + sizeOf(join(host.dir, log)), 0),
    speech: ear.take(host.name),
  };
}

function lookAt(host: Host, which: keyof typeof HALF): Look | undefined {
  const [pid] = half(host, which);
  return pid === undefined ? undefined : look(pid);
}

function refused({ dropped, pulse }: Snapshot): { dropped: number; rejected: number } {
  const sum = (counts: Readonly<Record<string, number>>) =>
    Object.values(counts).reduce((a, b) => a + b, 0);
  return {
    dropped: sum(dropped),
    rejected: pulse.packets.reduce((all, link) => all + sum(link.rejected), 0),
  };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
