// A program inside a host that carries lines of hex digits: packets or frames, both ways.

import { join } from "node:path";
import type { Subprocess } from "bun";
import type { Host } from "../host.ts";

const BUN = join(import.meta.dir, "../../../node_modules/.bin/bun");

/** Something that carries packets to and from whoever is at its other end. */
export interface Carrier {
  send(bytes: Uint8Array): void;
  close(): void;
}

export class Relay implements Carrier {
  readonly #child: Subprocess<"pipe", "pipe", "pipe">;
  readonly #heard: (bytes: Uint8Array) => void;
  #complaint = "";

  /** Starts `bun SCRIPT ARGS…` inside; the script stands beside this file. */
  constructor(
    host: Host,
    [script = "", ...args]: readonly string[],
    heard: (bytes: Uint8Array) => void,
  ) {
    this.#heard = heard;
    const command = host.inside([BUN, join(import.meta.dir, script), ...args]);
    this.#child = Bun.spawn(command, { stdin: "pipe", stdout: "pipe", stderr: "pipe" });
    void this.#read();
    void new Response(this.#child.stderr).text().then((text) => {
      this.#complaint = text.trim();
    });
  }

  /** What it said on stderr when it ended; empty while it runs. */
  get complaint(): string {
    return this.#complaint;
  }

  send(bytes: Uint8Array): void {
    this.#child.stdin.write(`${Buffer.from(bytes).toString("hex")}\n`);
    this.#child.stdin.flush();
  }

  close(): void {
    this.#child.stdin.end();
    this.#child.kill("SIGKILL");
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    let part = "";
    for await (const bytes of this.#child.stdout) {
      const lines = (part + decoder.decode(bytes, { stream: true })).split("\n");
      part = lines.pop() ?? "";
      for (const line of lines) this.#heard(Uint8Array.from(Buffer.from(line, "hex")));
    }
  }
}
