// The client of a service address, in a host of a lab: who answered when, and how long nobody did.

import { join } from "node:path";
import type { Subprocess } from "bun";
import type { Host } from "./host.ts";
import { until, type Wait } from "./until.ts";

const HERE = import.meta.dir;
const BUN = join(HERE, "../../node_modules/.bin/bun");
export const SERVICE_PORT = 7007;

export interface Answer {
  readonly atMs: number;
  /** The host that answered; in what `heard` is told, "-" for a question that nobody answered. */
  readonly from: string;
  readonly question: number;
}

/** Starts the service on a host, on all its addresses; it answers with the host's name. */
export function serve(host: Host, address = "0.0.0.0"): Subprocess {
  return host.spawn(responder(address, host.name));
}

/** Command line of the service, for a resource script. */
export function responder(address: string, name: string): string[] {
  return [BUN, join(HERE, "responder.ts"), address, `${SERVICE_PORT}`, name];
}

export class Client {
  readonly answers: Answer[] = [];
  readonly #host: Host;
  readonly #probe: Subprocess<"ignore", "pipe", "ignore">;
  readonly #heard: ((answer: Answer) => void) | undefined;

  /** Begins to ask; calls back for each question, with its answer or the lack of one. */
  constructor(
    host: Host,
    address: string,
    options: { readonly everyMs: number; readonly heard?: (answer: Answer) => void },
  ) {
    this.#host = host;
    this.#heard = options.heard;
    const command = [BUN, join(HERE, "probe.ts"), address, `${SERVICE_PORT}`, `${options.everyMs}`];
    this.#probe = Bun.spawn(host.inside(command), {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "ignore",
    });
    void this.#read();
  }

  /** Waits for the first answer of a host after a moment. */
  answered(from: string, sinceMs: number, withinMs: number): Promise<Answer> {
    const wait: Wait = { what: `an answer of ${from}`, withinMs, everyMs: 5 };
    return until(wait, () =>
      this.answers.find((answer) => answer.from === from && answer.atMs >= sinceMs),
    );
  }

  /** The longest time between two answers, since a moment. */
  longestGapMs(sinceMs = 0): number {
    const times = this.answers.map((answer) => answer.atMs).filter((at) => at >= sinceMs);
    return times.reduce((gap, at, i) => Math.max(gap, i === 0 ? 0 : at - (times[i - 1] ?? at)), 0);
  }

  stop(): void {
    this.#host.signal("SIGKILL", /probe\.ts/);
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const bytes of this.#probe.stdout) {
      rest += decoder.decode(bytes, { stream: true });
      const lines = rest.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const [atMs = "", from = "", question = ""] = line.split(" ");
        const answer = { atMs: Number(atMs), from, question: Number(question) };
        if (from !== "-") this.answers.push(answer);
        this.#heard?.(answer);
      }
    }
  }
}
