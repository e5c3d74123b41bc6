// An Ethernet switch for virtual machines: every frame goes to all other ports. A port can be cut.
//
// The emulator's stream device sends each frame behind its length, four bytes, most significant first.

import { join } from "node:path";
import { Socket } from "./socket.ts";

interface Port {
  readonly path: string;
  readonly socket: Socket;
  rest: Buffer;
  cut: boolean;
}

export class Switch {
  readonly #ports = new Map<string, Port>();

  /** `device`: its name in the machines. */
  constructor(dir: string, device: string, machines: readonly string[]) {
    for (const machine of machines) {
      const path = join(dir, `${machine}-${device}`);
      const port: Port = {
        path,
        socket: new Socket(path, {
          received: (bytes) => this.#received(bytes, port),
          ended: () => {
            port.rest = Buffer.alloc(0);
          },
        }),
        rest: Buffer.alloc(0),
        cut: false,
      };
      this.#ports.set(machine, port);
    }
  }

  /** Loses everything from and to a machine; its interface keeps its carrier. */
  cut(machine: string): void {
    this.#port(machine).cut = true;
  }

  heal(machine: string): void {
    this.#port(machine).cut = false;
  }

  /** The socket for the emulator of a machine. */
  path(machine: string): string {
    return this.#port(machine).path;
  }

  close(): void {
    for (const port of this.#ports.values()) port.socket.close();
  }

  #received(bytes: Uint8Array, from: Port): void {
    let rest: Buffer = Buffer.concat([from.rest, bytes]);
    while (rest.byteLength >= 4) {
      const end = 4 + rest.readUInt32BE(0);
      if (rest.byteLength < end) break;
      this.#frame(rest.subarray(0, end), from);
      rest = rest.subarray(end);
    }
    from.rest = rest;
  }

  #frame(frame: Uint8Array, from: Port): void {
    if (from.cut) return;
    for (const port of this.#ports.values()) {
      if (port !== from && !port.cut) port.socket.send(frame);
    }
  }

  #port(machine: string): Port {
    const port = this.#ports.get(machine);
    if (port === undefined) throw new Error(`The switch has no port for "${machine}"`);
    return port;
  }
}
