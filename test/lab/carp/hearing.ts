// The CARP frames that a host of a lab hears, while they are heard (hear.ts runs there).

import { join } from "node:path";
import type { Subprocess } from "bun";
import type { Host } from "../host.ts";
import { until } from "../until.ts";

const BUN = join(import.meta.dir, "../../../node_modules/.bin/bun");
const HEAR = join(import.meta.dir, "hear.ts");

export interface HeardFrame {
  /** On the wall clock. */
  readonly atMs: number;
  readonly frame: Buffer;
}

export class Hearing {
  readonly frames: HeardFrame[] = [];
  readonly #program: Subprocess<"ignore", "pipe", "inherit">;

  private constructor(program: Subprocess<"ignore", "pipe", "inherit">) {
    this.#program = program;
  }

  /** Begins to listen; nothing is missed once it is there. It ends with the lab at the latest. */
  static async of(host: Host, device = "eth0", ...also: readonly "arp"[]): Promise<Hearing> {
    const program = Bun.spawn(host.inside([BUN, HEAR, device, ...also]), {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "inherit",
    });
    const hearing = new Hearing(program);
    let listening = false;
    void hearing.#read((line) => {
      if (line === "listening") listening = true;
      const [at = "", hex] = line.split(" ");
      if (hex !== undefined) {
        hearing.frames.push({ atMs: Number(at), frame: Buffer.from(hex, "hex") });
      }
    });
    await until({ what: `an ear on ${host.name}`, withinMs: 10_000 }, () => listening);
    return hearing;
  }

  /** Waits for a frame that is so. */
  heard(what: string, withinMs: number, isIt: (heard: HeardFrame) => boolean): Promise<HeardFrame> {
    return until({ what, withinMs }, () => this.frames.find(isIt));
  }

  stop(): void {
    this.#program.kill("SIGKILL");
  }

  async #read(take: (line: string) => void): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const bytes of this.#program.stdout) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) take(line);
    }
  }
}
