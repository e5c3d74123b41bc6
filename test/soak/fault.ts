// What a run of soak does to its nodes: each kind of fault hurts one of them, for a while that chance decides,
// and undoes what it did before it returns.

import { connect, type Socket } from "node:net";
import { join } from "node:path";
import type { Chance } from "../../src/sim/chance.ts";
import { HALF, half, hb } from "../lab/agent.ts";
import type { Running } from "../lab/cluster.ts";
import type { Host } from "../lab/host.ts";
import { socketOf } from "./sample.ts";

export interface Victim {
  readonly run: Running;
  readonly host: Host;
  readonly chance: Chance;
}

export interface Fault {
  readonly name: string;
  /** It ends a process: the node whose memory is judged is spared. */
  readonly deadly?: boolean;
  /** The nodes hear each other and run: an address may not be on both meanwhile. */
  readonly together?: boolean;
  inflict(victim: Victim): Promise<void>;
}

const BUN = process.execPath;
const MALLORY = join(import.meta.dir, "../lab/mallory.ts");
const GARBAGE_PACKETS = 2_000;
const HANGING_CLIENTS = 20;

export const FAULTS: readonly Fault[] = [
  {
    name: "loses packets",
    async inflict({ run: { lab }, host, chance }) {
      await lab.drop(host.name, chance.pick(["in", "out"]), 10 + chance.below(60));
      await Bun.sleep(1_000 + chance.below(4_000));
      await lab.undrop(host.name);
    },
  },
  {
    name: "has a narrow line",
    async inflict({ host, chance }) {
      const slow = ["rate", "24kbit", "burst", "1600", "latency", "300ms"];
      await host.exec(["tc", "qdisc", "replace", "dev", "eth0", "root", "tbf", ...slow]);
      await Bun.sleep(1_000 + chance.below(4_000));
      await host.exec(["tc", "qdisc", "del", "dev", "eth0", "root"]);
    },
  },
  {
    name: "is cut off",
    async inflict({ run: { lab }, host, chance }) {
      await lab.cut(host.name);
      await Bun.sleep(100 + chance.below(4_000));
      await lab.mend(host.name);
    },
  },
  {
    name: "loses its carrier",
    async inflict({ run: { lab }, host, chance }) {
      await lab.script("linkdown", host.name);
      await Bun.sleep(100 + chance.below(3_000));
      await lab.script("linkup", host.name);
    },
  },
  {
    name: "is frozen",
    async inflict({ run, host, chance }) {
      host.pause();
      await Bun.sleep(50 + chance.below(4_000));
      host.resume();
      awake(run, host);
    },
  },
  {
    name: "has its pulse stopped",
    deadly: true,
    inflict: (victim) => stopped(victim, HALF.pulse),
  },
  {
    name: "has its desk stopped",
    deadly: true,
    inflict: (victim) => stopped(victim, HALF.agent),
  },
  {
    name: "has its pulse killed",
    deadly: true,
    async inflict({ host }) {
      host.signal("SIGKILL", HALF.pulse);
    },
  },
  {
    name: "has its desk killed",
    deadly: true,
    async inflict({ run, host, chance }) {
      host.signal("SIGKILL", HALF.agent);
      await restarted(run, host, chance.below(300));
    },
  },
  {
    name: "has everything killed",
    deadly: true,
    async inflict({ run, host, chance }) {
      host.kill();
      await restarted(run, host, chance.below(3_000));
    },
  },
  {
    name: "stands by",
    together: true,
    inflict: ({ host, chance }) =>
      command(host, "standby", chance.pick(["all", "local", "foreign"])),
  },
  {
    name: "takes over",
    together: true,
    inflict: ({ host, chance }) =>
      command(host, "takeover", chance.pick(["all", "local", "foreign"])),
  },
  {
    name: "reads its files again",
    together: true,
    async inflict({ host }) {
      for (let time = 0; time < 3; time++) {
        host.signal("SIGHUP", HALF.agent);
        await Bun.sleep(200);
      }
    },
  },
  {
    name: "finds a broken file",
    together: true,
    async inflict({ host }) {
      const good = host.read("ha.d/ha.cf");
      host.write("ha.d/ha.cf", `${good}deadtime yesterday\n`);
      host.signal("SIGHUP", HALF.agent);
      await Bun.sleep(500);
      host.write("ha.d/ha.cf", good);
      host.signal("SIGHUP", HALF.agent);
    },
  },
  { name: "has clients that hang", together: true, inflict: hangingClients },
  {
    name: "is sent garbage",
    together: true,
    async inflict({ run: { lab }, host }) {
      const words = [`${GARBAGE_PACKETS}`, "1000", host.address()];
      await lab.host("mallory").exec([BUN, MALLORY, ...words]);
    },
  },
];

async function stopped({ run, host, chance }: Victim, which: RegExp): Promise<void> {
  host.signal("SIGSTOP", which);
  await Bun.sleep(50 + chance.below(2_000));
  host.signal("SIGCONT", which);
  awake(run, host);
}

/** nsenter stops itself when what it runs is stopped, and would sleep on. */
function awake(run: Running, host: Host): void {
  run.agent(host.name).kill("SIGCONT");
}

/** What a service manager does. */
async function restarted(run: Running, host: Host, afterMs: number): Promise<void> {
  await run.agent(host.name).exited;
  await Bun.sleep(afterMs);
  run.start(host.name);
}

async function command(host: Host, verb: string, set: string): Promise<void> {
  // Refused is an answer too, where there is nothing to move: what counts is the peace afterwards.
  await hb(host, verb, set);
}

/** Some say nothing, some half a question, some ask and never read; all go without a word. */
async function hangingClients({ host, chance }: Victim): Promise<void> {
  const questions = ["", '{"ask":"sta', '{"ask":"status"}\n'.repeat(10)];
  const clients: Socket[] = [];
  for (let client = 0; client < HANGING_CLIENTS; client++) {
    const socket = connect(socketOf(host));
    socket.on("error", () => {});
    socket.pause();
    socket.write(chance.pick(questions));
    clients.push(socket);
  }
  await Bun.sleep(1_000 + chance.below(3_000));
  for (const client of clients) client.destroy();
}

/** True when both halves of the agent run and nothing of it beside them. */
export function isWhole(host: Host): boolean {
  return half(host, "agent").length === 1 && half(host, "pulse").length === 1;
}
