// A null-modem cable between the UARTs of two machines, with a switch in its middle: it can be cut,
// healed, and fed with noise; it counts the bytes and keeps the last of them.
//
// It carries 115 200 baud, whatever the UARTs are set to. There are no handshake lines: the emulated
// UART always sees CTS and DCD. A cut cable loses what is sent.

import { join } from "node:path";
import { Pace } from "./pace.ts";
import { Socket } from "./socket.ts";

/** Enough to find several packets in it. */
const keptBytesMax = 65_536;
const baud = 115_200;

interface End {
  readonly machine: string;
  /** Device in the machine. */
  readonly tty: string;
  readonly path: string;
  readonly socket: Socket;
  /** What is on its way to it. */
  readonly incoming: Pace;
  /** Bytes that it sent, and of those the ones that were not lost. */
  sent: number;
  delivered: number;
  kept: Uint8Array;
}

export class Cable {
  readonly #ends: readonly [End, End];
  #whole = true;

  constructor(dir: string, plugs: readonly [Plug, Plug]) {
    const end = (plug: Plug, other: () => End): End => {
      const path = join(dir, `${plug.machine}-${plug.tty.slice("/dev/".length)}`);
      const received = (bytes: Uint8Array) => this.#carry(bytes, self, other());
      const socket = new Socket(path, { received });
      const self: End = {
        ...plug,
        path,
        socket,
        incoming: new Pace(baud, (bytes) => socket.send(bytes)),
        sent: 0,
        delivered: 0,
        kept: new Uint8Array(0),
      };
      return self;
    };
    const first: End = end(plugs[0], () => second);
    const second: End = end(plugs[1], () => first);
    this.#ends = [first, second];
  }

  cut(): void {
    this.#whole = false;
  }

  heal(): void {
    this.#whole = true;
  }

  /** Puts bytes on the line towards a machine, as if they came from the other one. */
  inject(to: string, bytes: Uint8Array): void {
    this.#at(to).incoming.put(bytes);
  }

  /** Bytes that a machine sent since the start, and how many of them were not lost. */
  bytesFrom(machine: string): { readonly sent: number; readonly delivered: number } {
    const { sent, delivered } = this.#at(machine);
    return { sent, delivered };
  }

  /** The last bytes that a machine sent. */
  keptFrom(machine: string): Uint8Array {
    return this.#at(machine).kept;
  }

  /** Device of the cable in a machine. */
  tty(machine: string): string {
    return this.#at(machine).tty;
  }

  /** The socket for the emulator of a machine. */
  path(machine: string): string {
    return this.#at(machine).path;
  }

  joins(machine: string): boolean {
    return this.#ends.some((end) => end.machine === machine);
  }

  close(): void {
    for (const end of this.#ends) {
      end.incoming.stop();
      end.socket.close();
    }
  }

  #carry(bytes: Uint8Array, from: End, to: End): void {
    from.sent += bytes.byteLength;
    const kept = Buffer.concat([from.kept, bytes]);
    from.kept = kept.subarray(Math.max(0, kept.byteLength - keptBytesMax));
    if (!this.#whole || !to.socket.connected) return;
    to.incoming.put(bytes);
    from.delivered += bytes.byteLength;
  }

  #at(machine: string): End {
    const end = this.#ends.find((each) => each.machine === machine);
    if (end === undefined) throw new Error(`The cable does not end at "${machine}"`);
    return end;
  }
}

export interface Plug {
  readonly machine: string;
  readonly tty: string;
}
