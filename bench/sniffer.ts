// When a host last spoke: the heartbeats of a lab, read at the switch by tcpdump.
//
// A takeover is judged against the moment that its rule begins to count: the last packet of the dead
// node. What a program adds to deadtime is what it is answerable for.

import type { Lab } from "../test/lab/lab.ts";
import { until } from "../test/lab/until.ts";

// Short pieces of packets in 32 MiB: a burst of some thousand frames must not outrun the reader.
const BUFFER = ["-s", "128", "-B", "32768"];

/** Reads one kind of packet at the first switch of a lab. */
export class Sniffer {
  readonly #tcpdump: Bun.Subprocess<"ignore", "pipe", "pipe">;
  readonly #line: (atMs: number, text: string) => void;
  #listening = false;

  constructor(lab: Lab, filter: string, line: (atMs: number, text: string) => void) {
    this.#line = line;
    const options = [...BUFFER, "--immediate-mode", "-tt", "-l", "-n", "-i", "br0"];
    this.#tcpdump = Bun.spawn(lab.atSwitch(["tcpdump", ...options, filter]), {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "pipe",
    });
    void this.#read();
    void this.#wait();
  }

  /** Returns when no packet can be missed. */
  ready(): Promise<true> {
    return until(
      { what: "tcpdump at the switch", withinMs: 5_000 },
      () => this.#listening || false,
    );
  }

  stop(): void {
    this.#tcpdump.kill("SIGKILL");
  }

  async #wait(): Promise<void> {
    for await (const bytes of this.#tcpdump.stderr) {
      if (new TextDecoder().decode(bytes).includes("listening")) this.#listening = true;
    }
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const bytes of this.#tcpdump.stdout) {
      rest += decoder.decode(bytes, { stream: true });
      const lines = rest.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        const [stamp = "", ...text] = line.split(" ");
        this.#line(Number(stamp) * 1_000, text.join(" "));
      }
    }
  }
}
