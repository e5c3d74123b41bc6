// Two hb nodes for as long as asked, looked at every few seconds: does anything grow?
//
//   npm run soak -- --minutes 60
//   npm run soak -- --minutes 10 --faults
//
// Everything that is looked at lies outside of hb: /proc, the wire, the kernels' addresses, the size of the
// logs; only lateness and counters are what hb says of itself.

import { readFileSync, writeFileSync } from "node:fs";
import { type Running, withCluster } from "../lab/cluster.ts";
import { type Chronicle, reportOf } from "./chronicle.ts";
import { Ear } from "./ear.ts";
import { shown } from "./figure.ts";
import { type Options, optionsOf, USAGE } from "./options.ts";
import { ordeal } from "./ordeal.ts";
import { isGood, reportText } from "./report.ts";
import { type Sample, sample } from "./sample.ts";

const NODES = ["alice", "bob"];

function note(line: string): void {
  process.stderr.write(`${line}\n`);
}

class Soak {
  readonly #run: Running;
  readonly #ear: Ear;
  readonly #options: Options;
  readonly #began = performance.now();
  readonly #moves: number;
  #looking: Promise<unknown> = Promise.resolve();
  readonly samples: Sample[] = [];
  interrupted = false;

  constructor(run: Running, ear: Ear, options: Options) {
    this.#run = run;
    this.#ear = ear;
    this.#options = options;
    this.#moves = run.lab.watch.changes.length;
  }

  now(): number {
    return (performance.now() - this.#began) / 1_000;
  }

  isOver(): boolean {
    return this.interrupted || this.now() >= this.#options.minutes * 60;
  }

  /** One after the other: the question of one look is an open connection in another. */
  look(): Promise<Sample> {
    const next = this.#looking.then(() => sample(this.#run.nodes, this.#ear, this.now()));
    this.#looking = next;
    return next;
  }

  /** Samples until the end, or until somebody interrupts. */
  async watch(): Promise<void> {
    let told = 0;
    while (!this.isOver()) {
      const one = await this.look();
      if (this.interrupted) return;
      this.samples.push(one);
      if (Math.floor(one.atS / 60) > told) note(progress(one));
      told = Math.floor(one.atS / 60);
      await Bun.sleep(this.#options.everyMs);
    }
  }

  /** What moved although nothing called for it. */
  get moves(): string[] {
    return this.#run.lab.watch.changes
      .slice(this.#moves)
      .map(({ address, host, up }) => `${address} ${up ? "came to" : "left"} ${host}, unasked`);
  }
}

function progress({ atS, load, nodes }: Sample): string {
  const each = Object.entries(nodes).map(([name, { desk, pulse, speech, lateMs }]) => {
    const mib = [desk, pulse].map((one) => Math.round((one?.anonKib ?? 0) / 1_024)).join("+");
    const open = [desk, pulse].map((one) => one?.descriptors ?? 0).join("+");
    const late = lateMs === undefined ? "no answer" : `${shown(lateMs.worst)} ms late`;
    return `${name} ${mib} MiB, ${open} descriptors, ${late}, ${speech.missed} missed`;
  });
  return `${Math.round(atS / 60)} min: ${each.join(" · ")} · load ${load.toFixed(1)}`;
}

const COMPLAINTS_MAX = 500;

function complaintsOf(run: Running): Chronicle["complaints"] {
  const of = (text: string) => text.split("\n").filter((line) => / (warn|error) /.test(line));
  return Object.fromEntries(
    run.nodes.map((host) => [host.name, of(host.read("log/hb.log")).slice(-COMPLAINTS_MAX)]),
  );
}

async function watched(run: Running, options: Options): Promise<Chronicle> {
  const { keepaliveMs, seed } = options;
  const keyring = { active: 1, keys: [{ number: 1, method: "sha1", key: "lab-secret" }] } as const;
  const ear = new Ear(run.lab, { nodes: NODES, keyring, keepaliveMs });
  try {
    await ear.ready();
    const soak = new Soak(run, ear, options);
    process.once("SIGINT", () => {
      soak.interrupted = true;
      note("Interrupted: the report of what there is; once more ends it at once");
    });
    const inflict = () =>
      ordeal(run, {
        seed,
        nodes: NODES,
        now: () => soak.now(),
        isOver: () => soak.isOver(),
        sample: () => soak.look(),
        note,
      });
    const [, hurt] = await Promise.all([soak.watch(), options.faults ? inflict() : undefined]);
    return {
      options,
      nodes: NODES,
      samples: soak.samples,
      moves: options.faults || soak.interrupted ? [] : soak.moves,
      ...(hurt === undefined ? {} : { ordeal: hurt }),
      complaints: complaintsOf(run),
    };
  } finally {
    ear.stop();
  }
}

async function runOf(options: Options): Promise<Chronicle> {
  const { keepaliveMs, deadtimeMs } = options;
  const cluster = {
    keepalive: `${keepaliveMs}ms`,
    deadtime: `${deadtimeMs}ms`,
    warntime: `${Math.round((keepaliveMs + deadtimeMs) / 2)}ms`,
    initdead: `${Math.max(4_000, 2 * deadtimeMs)}ms`,
    failback: "on",
  } as const;
  let chronicle: Chronicle | undefined;
  await withCluster({ nodes: NODES, cluster, others: ["mallory"] }, async (run) => {
    note(`The nodes are up in ${run.lab.dir}`);
    chronicle = await watched(run, options);
  });
  if (chronicle === undefined) throw new Error("The run ended without a chronicle");
  return chronicle;
}

/** A chronicle of before, under the warm-up that is asked for now. */
function chronicleOf(path: string, { warmupMs }: Options): Chronicle {
  const chronicle = JSON.parse(readFileSync(path, "utf8")) as Chronicle;
  return { ...chronicle, options: { ...chronicle.options, warmupMs } };
}

async function main(): Promise<void> {
  const options = optionsOf(process.argv.slice(2));
  if (options === undefined || typeof options === "string") {
    if (options === undefined) process.stdout.write(USAGE);
    else note(`soak: ${options}\n\n${USAGE}`);
    process.exitCode = options === undefined ? 0 : 2;
    return;
  }
  const { again, json } = options;
  const chronicle = again === undefined ? await runOf(options) : chronicleOf(again, options);
  if (json !== undefined) writeFileSync(json, JSON.stringify(chronicle));
  const report = reportOf(chronicle);
  process.stdout.write(`${reportText(report)}\n`);
  process.exitCode = isGood(report) ? 0 : 1;
}

await main();
