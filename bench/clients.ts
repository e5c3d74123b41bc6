// What clients cost the heartbeat: two nodes, 25 clients on each that say 100 messages a second to their namesakes,
// beside the same nodes without clients; hb and Heartbeat 3.0.6 in one run. As a control, the same nodes without clients
// beside programs that speak to nobody and take what all this took of the processors: what a busy machine alone costs.
//
//   bench/clients [--clients N] [--rate N] [--seconds N] [--only NAMES] [--json]
//
// Lateness is read at the switch: how much later than keepalive after the last heartbeat the next one came. Of hb it is
// also what its pulse says of itself. All shares of a processor are measured over the same seconds.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { HB, settled, status } from "../test/lab/agent.ts";
import { configure } from "../test/lab/conf.ts";
import { startHeartbeat } from "../test/lab/heartbeat.ts";
import type { Host } from "../test/lab/host.ts";
import { type Lab, withLab } from "../test/lab/lab.ts";
import { until } from "../test/lab/until.ts";
import type { Told } from "./clientload.ts";
import { table } from "./figure.ts";
import { Sniffer } from "./sniffer.ts";

const NODES = ["alice", "bob"];
const KEEPALIVE_MS = 100;
const BUN = join(import.meta.dir, "../node_modules/.bin/bun");
const LOAD = join(import.meta.dir, "clientload.ts");
const BUSY = join(import.meta.dir, "busyload.ts");
/** `###\n11:(0)t=status`: the packets that are heartbeats. */
const STATUS = "udp port 694 and udp[12:4] = 0x31313a28 and udp[20:4] = 0x73746174";

type Program = "hb" | "other" | "heartbeat";

interface Process {
  readonly name: string;
  readonly busyPercent: number;
  /** Ready to run while others ran: what a busy machine costs. */
  readonly waitPercent: number;
  readonly rssMib: number;
}

interface Figures {
  readonly program: Program;
  readonly clients: number;
  /** Of a processor, on each node, by programs that speak to nobody. */
  readonly busyPercent: number;
  /** Messages of clients that were handed to a client, per second, on both nodes. */
  readonly saidPerS: number;
  readonly heardPerS: number;
  readonly lostClients: number;
  readonly tookMs: Told["tookMs"];
  readonly wireLateMs: { readonly p99: number; readonly worst: number };
  /** In the same seconds; the edge below which 99 % of its wake-ups were, and the worst of its life. */
  readonly pulseLateMs?: { readonly p99: number; readonly worst: number };
  readonly heartbeats: number;
  /** Of the first node. */
  readonly processes: readonly Process[];
}

interface Wanted {
  readonly clients: number;
  readonly rate: number;
  readonly seconds: number;
  readonly busyPercent: number;
}

function start(program: Program, host: Host): Promise<unknown> {
  if (program === "heartbeat") return startHeartbeat(host);
  const file = program === "hb" ? HB : (process.env.HB_OTHER ?? HB);
  host.spawn([file, "agent"], "hb.log");
  return Promise.resolve();
}

async function active(program: Program, host: Host): Promise<void> {
  if (program !== "heartbeat") await settled(host, 60_000);
  const what = `the client API of ${host.name}`;
  await until({ what, withinMs: 60_000, everyMs: 300 }, async () => {
    const all = await Promise.all(
      NODES.map((node) => host.exec(["cl_status", "nodestatus", node])),
    );
    return all.every(({ stdout }) => stdout.trim() === "active");
  });
}

/** Nanoseconds that the main thread of a process has run, and has waited for a processor. */
interface Spent {
  readonly name: string;
  readonly ranNs: number;
  readonly waitedNs: number;
}

const names = { agent: "desk", clientload: "clients", busyload: "others" };

/** Of every process of the daemon, and of the clients. */
function spent(host: Host): Map<number, Spent> {
  const all = new Map<number, Spent>();
  for (const pid of host.pidsOf(
    /\bhb\S* agent|\bhb pulse|^heartbeat:|^\S*bun .*(client|busy)load/,
  )) {
    const command = readFileSync(`/proc/${pid}/cmdline`, "latin1").replaceAll("\0", " ").trim();
    const [ran = "0", waited = "0"] = readFileSync(`/proc/${pid}/schedstat`, "latin1").split(" ");
    const known = Object.entries(names).find(([word]) => command.includes(word))?.[1];
    const name = known ?? command.replace(/^hb /, "");
    all.set(pid, { name, ranNs: Number(ran), waitedNs: Number(waited) });
  }
  return all;
}

function rssMib(pid: number): number {
  const [, kib = "0"] =
    /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "latin1")) ?? [];
  return Number(kib) / 1024;
}

function tellings(host: Host): Told[] {
  const lines = host.read("log/load.log").split("\n");
  return lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line) as Told);
}

async function load(lab: Lab, { clients, rate }: Wanted): Promise<void> {
  const each = clients / NODES.length;
  for (const host of lab.hosts) {
    host.spawn([BUN, LOAD, host.name, `${each}`, `${rate}`], "load.log");
  }
  for (const host of lab.hosts) {
    const what = `${each} clients of ${host.name}`;
    await until(
      { what, withinMs: 60_000, everyMs: 200 },
      () => tellings(host).at(-1)?.signedOn === each,
    );
  }
}

/** The upper edge of the bucket with this share of what came between two histograms. */
function quantile(
  before: readonly (readonly [number, number])[],
  after: readonly (readonly [number, number])[],
  share: number,
  total: number,
): number {
  for (const [n, [edge, count]] of after.entries()) {
    if (count - (before[n]?.[1] ?? 0) >= total * share) return edge;
  }
  return Number.POSITIVE_INFINITY;
}

async function measured(program: Program, lab: Lab, wanted: Wanted): Promise<Figures> {
  const [first] = lab.hosts;
  if (first === undefined) throw new Error("a lab without hosts");
  const heartbeats = new Map<string, number[]>();
  const sniffer = new Sniffer(lab, STATUS, (atMs, text) => {
    const from = /IP (\S+)\.\d+ >/.exec(text)?.[1] ?? "";
    heartbeats.set(from, [...(heartbeats.get(from) ?? []), atMs]);
  });
  await sniffer.ready();
  const viewBefore = program === "heartbeat" ? undefined : (await status(first))?.pulse;
  const [before, beganMs] = [spent(first), Date.now()];
  await Bun.sleep(wanted.seconds * 1_000);
  const after = spent(first);
  const endedMs = Date.now();
  const view = program === "heartbeat" ? undefined : (await status(first))?.pulse;
  sniffer.stop();
  const told = lab.hosts.flatMap((host) =>
    tellings(host).filter(({ atMs }) => atMs > beganMs + 1_000 && atMs <= endedMs),
  );
  const seconds = told.length / NODES.length;
  const sum = (of: (each: Told) => number) => told.reduce((all, each) => all + of(each), 0);
  const late = [...heartbeats.values()]
    .flatMap((moments) =>
      moments.slice(1).map((at, n) => Math.max(0, at - (moments[n] ?? at) - KEEPALIVE_MS)),
    )
    .toSorted((a, b) => a - b);
  const [was, is] = [viewBefore?.lateness, view?.lateness];
  return {
    program,
    clients: wanted.clients,
    busyPercent: wanted.busyPercent,
    saidPerS: seconds === 0 ? 0 : sum((each) => each.sent) / seconds,
    heardPerS: seconds === 0 ? 0 : sum((each) => each.own + each.others) / seconds,
    lostClients: Math.max(0, ...lab.hosts.map((host) => tellings(host).at(-1)?.lost ?? 0)),
    tookMs: {
      median: Math.max(0, ...told.map(({ tookMs }) => tookMs.median)),
      p99: Math.max(0, ...told.map(({ tookMs }) => tookMs.p99)),
      worst: Math.max(0, ...told.map(({ tookMs }) => tookMs.worst)),
    },
    wireLateMs: { p99: late[Math.floor(late.length * 0.99)] ?? 0, worst: late.at(-1) ?? 0 },
    ...(was !== undefined &&
      is !== undefined && {
        pulseLateMs: {
          p99: quantile(was.buckets, is.buckets, 0.99, is.count - was.count),
          worst: view?.lateMs.worst ?? 0,
        },
      }),
    heartbeats: late.length,
    processes: [...after].map(([pid, { name, ranNs, waitedNs }]) => {
      const was = before.get(pid);
      const percent = (ns: number) => ns / (endedMs - beganMs) / 10_000;
      return {
        name,
        busyPercent: percent(ranNs - (was?.ranNs ?? 0)),
        waitPercent: percent(waitedNs - (was?.waitedNs ?? 0)),
        rssMib: rssMib(pid),
      };
    }),
  };
}

async function figures(program: Program, wanted: Wanted): Promise<Figures> {
  let found: Figures | undefined;
  await withLab({ hosts: NODES, name: "clients" }, async (lab) => {
    configure(lab, {
      resources: [],
      ...{ keepalive: `${KEEPALIVE_MS}ms`, warntime: "1500ms", deadtime: "3", initdead: "6" },
      extra: ["apiauth default uid=root"],
    });
    await Promise.all(lab.hosts.map((host) => start(program, host)));
    await Promise.all(lab.hosts.map((host) => active(program, host)));
    if (wanted.clients > 0) await load(lab, wanted);
    if (wanted.busyPercent > 0) {
      for (const host of lab.hosts) host.spawn([BUN, BUSY, `${wanted.busyPercent}`]);
    }
    found = await measured(program, lab, wanted);
  });
  if (found === undefined) throw new Error("nothing was measured");
  return found;
}

function row(each: Figures): string[] {
  const ms = (value: number | undefined) => (value === undefined ? "–" : value.toFixed(2));
  return [
    each.program,
    each.busyPercent > 0 ? `none, others ${each.busyPercent} %` : `${each.clients}`,
    each.saidPerS.toFixed(0),
    each.heardPerS.toFixed(0),
    `${each.lostClients}`,
    `${ms(each.tookMs.median)} / ${ms(each.tookMs.p99)} / ${ms(each.tookMs.worst)}`,
    `${ms(each.wireLateMs.p99)} / ${ms(each.wireLateMs.worst)}`,
    `${ms(each.pulseLateMs?.p99)} / ${ms(each.pulseLateMs?.worst)}`,
    each.processes
      .map(({ name, busyPercent, waitPercent, rssMib: mib }) => {
        const times = `${busyPercent.toFixed(0)} % (waits ${waitPercent.toFixed(0)} %)`;
        return `${name} ${times} ${mib.toFixed(0)} MiB`;
      })
      .join(", "),
  ];
}

const head = [
  ...["program", "clients", "said/s", "heard/s", "gone", "on their way (median / p99 / worst)"],
  ...["heartbeats late (p99 / worst)", "pulse late (p99 ≤ / worst)", "processes of one node"],
];

const { values } = parseArgs({
  options: {
    clients: { type: "string", default: "50" },
    rate: { type: "string", default: "100" },
    seconds: { type: "string", default: "20" },
    only: { type: "string", default: process.env.HB_OTHER ? "hb,other,heartbeat" : "hb,heartbeat" },
    json: { type: "boolean", default: false },
  },
});
const found: Figures[] = [];
for (const program of values.only.split(",") as Program[]) {
  const run = async (clients: number, busyPercent: number) => {
    const [rate, seconds] = [Number(values.rate), Number(values.seconds)];
    const each = await figures(program, { clients, rate, seconds, busyPercent });
    found.push(each);
    process.stderr.write(`${row(each).join("  ")}\n`);
    return each.processes.reduce((all, process) => all + process.busyPercent, 0);
  };
  const alone = await run(0, 0);
  const busy = await run(Number(values.clients), 0);
  await run(0, Math.round(Math.min(100, busy - alone)));
}
process.stdout.write(
  values.json ? `${JSON.stringify(found)}\n` : `${table([head, ...found.map(row)])}\n`,
);
