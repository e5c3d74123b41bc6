// A modelled BSD host on a machine of a lab, from outside: start it, tell it what to do, hear what it does.

import { join } from "node:path";
import type { Subprocess } from "bun";
import type { BsdEvent, BsdShape, BsdState } from "../../sim/neighbour/bsd/shape.ts";
import type { Host } from "../host.ts";
import { until } from "../until.ts";

const BUN = join(import.meta.dir, "../../../node_modules/.bin/bun");
const MAIN = join(import.meta.dir, "bsd/main.ts");

export class BsdPeer {
  readonly events: BsdEvent[] = [];
  readonly #host: Host;
  readonly #program: Subprocess<"pipe", "pipe", "pipe">;
  #complaint = "";

  private constructor(host: Host, program: Subprocess<"pipe", "pipe", "pipe">) {
    this.#host = host;
    this.#program = program;
  }

  /** Starts it; it listens and its dead timer runs. What is not given: eth0, vhid 42, "love", base 1. */
  static async start(
    host: Host,
    shape: Partial<BsdShape> & Pick<BsdShape, "kernel" | "addresses">,
  ): Promise<BsdPeer> {
    const source6 = await linkLocal(host);
    const whole: BsdShape = {
      device: "eth0",
      vhid: 42,
      pass: "love",
      source4: host.address(),
      ...(source6 === undefined ? {} : { source6 }),
      advbase: 1,
      advskew: 0,
      ...shape,
    };
    const program = Bun.spawn(host.inside([BUN, MAIN, JSON.stringify(whole)]), {
      stdin: "pipe",
      stdout: "pipe",
      stderr: "pipe",
    });
    const peer = new BsdPeer(host, program);
    void peer.#listen();
    void new Response(program.stderr).text().then((text) => {
      peer.#complaint = text;
    });
    await until({ what: `the BSD host ${host.name}`, withinMs: 15_000 }, () => {
      if (peer.#complaint !== "") throw new Error(peer.#complaint);
      return peer.state !== undefined;
    });
    return peer;
  }

  get state(): BsdState | undefined {
    return this.changes.at(-1)?.state;
  }

  get changes(): Extract<BsdEvent, { say: "state" }>[] {
    return this.events.filter((event) => event.say === "state");
  }

  get heard(): Extract<BsdEvent, { say: "heard" }>[] {
    return this.events.filter((event) => event.say === "heard");
  }

  get refused(): string[] {
    return this.events.flatMap((event) => (event.say === "refused" ? [event.reason] : []));
  }

  async becomes(state: BsdState, withinMs: number): Promise<void> {
    await until({ what: `${this.#host.name} to become ${state}`, withinMs }, () => {
      if (this.#complaint !== "") throw new Error(this.#complaint);
      return this.state === state;
    });
  }

  /** "demote N", "preempt on", "leave". */
  order(line: string): void {
    this.#program.stdin.write(`${line}\n`);
    void this.#program.stdin.flush();
  }

  async #listen(): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const bytes of this.#program.stdout) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.events.push(JSON.parse(line) as BsdEvent);
    }
  }
}

async function linkLocal(host: Host): Promise<string | undefined> {
  const shown = await host.exec(["ip", "-6", "-o", "addr", "show", "dev", "eth0", "scope", "link"]);
  return /inet6 (fe80[0-9a-f:]+)/.exec(shown.stdout)?.[1];
}
