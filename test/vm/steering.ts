// The channel through which a test steers a machine: commands in, their ends and address events out.
// The other side is the script `steer`.

import type { Said } from "../lab/shell.ts";
import { Socket } from "./socket.ts";

export class Steering {
  readonly #open = new Map<string, (said: Said) => void>();
  readonly #event: (line: string) => void;
  readonly #socket: Socket;
  readonly #decoder = new TextDecoder("latin1");
  #ready = false;
  #rest = "";
  #next = 1;

  /** Listens on a unix socket for the machine; calls back for each address event. */
  constructor(path: string, event: (line: string) => void) {
    this.#event = event;
    this.#socket = new Socket(path, { received: (bytes) => this.#received(bytes) });
  }

  /** Whether the machine obeys. */
  get isReady(): boolean {
    return this.#ready;
  }

  /** Runs a command of the machine's shell to its end; never ends when the machine does before. */
  exec(command: string): Promise<Said> {
    const id = `${this.#next++}`;
    const { promise, resolve } = Promise.withResolvers<Said>();
    this.#open.set(id, resolve);
    this.#socket.send(Buffer.from(`${id} ${Buffer.from(command).toString("base64")}\n`));
    return promise;
  }

  close(): void {
    this.#socket.close();
  }

  #received(bytes: Uint8Array): void {
    const lines = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.#line(line);
  }

  #line(line: string): void {
    if (line === "hello") this.#ready = true;
    if (line.startsWith("! ")) this.#event(line.slice(2));
    const [, id, code, stdout, stderr] = /^= (\d+) (\d+) (\S*) (\S*)$/.exec(line) ?? [];
    if (id === undefined) return;
    this.#open.get(id)?.({ code: Number(code), stdout: text(stdout), stderr: text(stderr) });
    this.#open.delete(id);
  }
}

function text(base64 = ""): string {
  return Buffer.from(base64, "base64").toString();
}
