// What the emulator tells of its machine over its monitor: resets, the watchdog's bite, power-off; and what it
// is told there: a plug of the network pulled.
// The protocol is QMP (qemu's docs/interop/qmp-spec): JSON lines; events flow once capabilities are
// negotiated.

import { wallMs } from "../lab/until.ts";
import { Socket } from "./socket.ts";

export interface Happening {
  readonly atMs: number;
  /** "WATCHDOG", "RESET", "SHUTDOWN", … */
  readonly event: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

interface Line {
  readonly event?: string;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly QMP?: unknown;
}

export class Monitor {
  readonly happenings: Happening[] = [];
  readonly #socket: Socket;
  #rest = "";

  constructor(path: string) {
    this.#socket = new Socket(path, { received: (bytes) => this.#received(bytes) });
  }

  /** Plugs the machine's device with that name of the emulator's in or out: its carrier comes or goes. */
  setCarrier(name: string, up: boolean): void {
    this.#say({ execute: "set_link", arguments: { name, up } });
  }

  close(): void {
    this.#socket.close();
  }

  #received(bytes: Uint8Array): void {
    const lines = (this.#rest + Buffer.from(bytes).toString("latin1")).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const text of lines.filter((line) => line.trim() !== "")) {
      const line = JSON.parse(text) as Line;
      if (line.QMP !== undefined) this.#say({ execute: "qmp_capabilities" });
      if (line.event === undefined) continue;
      this.happenings.push({ atMs: wallMs(), event: line.event, detail: line.data ?? {} });
    }
  }

  #say(request: object): void {
    this.#socket.send(Buffer.from(`${JSON.stringify(request)}\n`));
  }
}
