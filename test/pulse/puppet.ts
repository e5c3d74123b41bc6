// A pulse whose core does what the test says: the real loop, host and process, driven by hand.
//
// Run as a program it is the child: `bun puppet.ts` with its line to the desk as descriptor 3. The
// core tells every input to the desk as a log line, and carries out the effects that arrive inside
// a command.

import { close, receive, send, socketpair } from "../../ffi/socket.ts";
import type { ClusterConfig } from "../../src/config/cluster.ts";
import type { FromDesk, FromPulse } from "../../src/core/channel.ts";
import type { Effect } from "../../src/core/effect.ts";
import { FrameReader, frameBytesMax, frames } from "../../src/core/frame.ts";
import type { Input } from "../../src/core/input.ts";
import { after, type Instant } from "../../src/core/instant.ts";
import type { PulseView, Snapshot } from "../../src/core/snapshot.ts";
import { type Begin, Host } from "../../src/pulse/host.ts";
import { runLoop } from "../../src/pulse/loop.ts";
import { prepare } from "../../src/pulse/realtime.ts";
import { plainConfig } from "../plainconfig.ts";
import { plainSnapshot } from "../plainsnapshot.ts";

const PUPPET = "puppet";

/** The plain configuration with a key that a stranger would have to know. */
export const puppetConfig: ClusterConfig = {
  ...plainConfig,
  keyring: { active: 1, keys: [{ number: 1, method: "sha1", key: "test" }] },
};

/** What the puppet's core does with the inputs of one turn, told back to the test. */
class PuppetCore {
  #beatMs: number | undefined;
  #due: Instant | undefined;

  step(input: Input, now: Instant): Effect[] {
    if (input.on === "clock") return [];
    const effects: Effect[] = [
      { do: "log", level: "debug", topic: PUPPET, text: JSON.stringify({ now, input }, plain) },
    ];
    if (input.on === "alarm" && this.#beatMs !== undefined) this.#due = after(now, this.#beatMs);
    if (input.on === "client") {
      const order = JSON.parse(input.body) as Order;
      if (order.beatMs !== undefined) this.#due = after(now, order.beatMs);
      this.#beatMs = order.beatMs ?? this.#beatMs;
      effects.push(...(order.effects ?? []));
    }
    return effects;
  }

  deadline(): Instant | undefined {
    return this.#due;
  }

  snapshot(_now: Instant, pulse: PulseView): Snapshot {
    return plainSnapshot({ pulse });
  }
}

/** Counters have 64 bits, which JSON does not know: they are told as text. */
function plain(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? `${value}` : value;
}

interface Order {
  readonly effects?: readonly Effect[];
  /** From now on, an alarm each so many milliseconds. */
  readonly beatMs?: number;
}

export interface Told {
  readonly now: Instant;
  readonly input: Input;
}

/** The test's end of a puppet. */
export class Puppet {
  readonly told: Told[] = [];
  readonly logs: string[] = [];
  readonly others: FromPulse[] = [];
  readonly #fd: number;
  readonly #child: Bun.Subprocess;
  readonly #reader = new FrameReader<FromPulse>();
  readonly #buffer = new Uint8Array(new ArrayBuffer(frameBytesMax + 1));
  readonly #ticker: Timer;
  #closed = false;
  #question = 1;
  #talks = true;

  /** `prefix`: a command that runs the child elsewhere (nsenter). */
  constructor(
    changes: Partial<ClusterConfig> = {},
    prefix: readonly string[] = [],
    boot: Begin["boot"] = {},
  ) {
    const [ours, theirs] = socketpair(true);
    this.#fd = ours;
    this.#child = Bun.spawn([...prefix, process.execPath, import.meta.path], {
      stdio: ["ignore", "inherit", "inherit", theirs],
    });
    close(theirs);
    const config = { ...puppetConfig, ...changes };
    for (const packet of frames({ config, boot })) send(ours, packet);
    this.#ticker = setInterval(() => this.#tick(), 5);
  }

  get pid(): number {
    return this.#child.pid;
  }

  order(order: Order): void {
    this.say({ say: "input", input: { on: "client", body: JSON.stringify(order) } });
  }

  say(value: FromDesk): void {
    for (const packet of frames(value)) send(this.#fd, packet);
  }

  /** Waits for an input that was told to the core; those before it are forgotten. */
  async input<On extends Input["on"]>(
    on: On,
    fits: (input: Extract<Input, { on: On }>) => boolean = () => true,
  ): Promise<Extract<Input, { on: On }>> {
    const isIt = (input: Input): input is Extract<Input, { on: On }> =>
      input.on === on && fits(input as Extract<Input, { on: On }>);
    await until(`input "${on}"`, () => this.told.some(({ input }) => isIt(input)));
    while (true) {
      const input = this.told.shift()?.input;
      if (input !== undefined && isIt(input)) return input;
    }
  }

  async log(pattern: RegExp): Promise<void> {
    await until(`log ${pattern}`, () => this.logs.some((line) => pattern.test(line)));
  }

  /** Asks for a snapshot. */
  async snapshot(): Promise<Snapshot> {
    const id = this.#question++;
    this.say({ say: "snapshot?", id });
    let found: Snapshot | undefined;
    await until(`snapshot ${id}`, () => {
      for (const one of this.others)
        if (one.say === "snapshot" && one.id === id) found = one.snapshot;
      return found !== undefined;
    });
    if (found === undefined) throw new Error("No snapshot");
    return found;
  }

  /** From now on the desk says nothing. */
  silence(): void {
    this.#talks = false;
  }

  talk(): void {
    this.#talks = true;
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Hangs up; the exit code. */
  async hangUp(): Promise<number> {
    this.#close();
    return await this.#child.exited;
  }

  async exited(): Promise<number> {
    const code = await this.#child.exited;
    if (!this.#closed) this.#tick();
    this.#close();
    return code;
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearInterval(this.#ticker);
    close(this.#fd);
  }

  #tick(): void {
    try {
      if (this.#talks) this.say({ say: "alive" });
      for (let got = receive(this.#fd, this.#buffer); got !== undefined && got > 0; ) {
        const value = this.#reader.push(this.#buffer.subarray(0, got));
        if (value !== undefined) this.#heard(value);
        got = receive(this.#fd, this.#buffer);
      }
    } catch {
      // The child is gone; who waits for something of it will say so.
    }
  }

  #heard(value: FromPulse): void {
    if (value.say !== "effect" || value.effect.do !== "log") {
      if (value.say !== "alive") this.others.push(value);
    } else if (value.effect.topic === PUPPET) this.told.push(JSON.parse(value.effect.text) as Told);
    else this.logs.push(value.effect.text);
  }
}

/** Waits until it is true; fails after ten seconds, which is for ever here. */
export async function until(what: string, isTrue: () => boolean): Promise<void> {
  const end = performance.now() + 10_000;
  while (!isTrue()) {
    if (performance.now() > end) throw new Error(`Waited in vain for ${what}`);
    await Bun.sleep(5);
  }
}

if (import.meta.main) {
  const line = 3;
  const buffer = new Uint8Array(new ArrayBuffer(frameBytesMax + 1));
  const reader = new FrameReader<Begin>();
  let begin: Begin | undefined;
  while (begin === undefined) {
    const got = receive(line, buffer);
    if (got !== undefined) begin = reader.push(buffer.subarray(0, got));
  }
  const host = new Host(line, begin, prepare(begin.config));
  process.exitCode = runLoop(new PuppetCore(), host);
}
