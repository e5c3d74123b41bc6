// One unix socket at which an emulator calls: it may come, go and come again. What cannot be written at
// once waits here; while nobody is connected, what is sent is lost, as on an unplugged cable.

import type { Socket as BunSocket } from "bun";

type Connection = BunSocket<undefined>;

export interface Ear {
  received(bytes: Uint8Array): void;
  /** The emulator's end of the connection. */
  ended?(): void;
}

export class Socket {
  readonly #server: ReturnType<typeof Bun.listen>;
  #connection: Connection | undefined;
  #waiting: Uint8Array[] = [];

  constructor(path: string, ear: Ear) {
    this.#server = Bun.listen<undefined>({
      unix: path,
      socket: {
        open: (connection) => {
          this.#connection = connection;
          this.#waiting = [];
        },
        data: (_, bytes) => ear.received(bytes),
        drain: () => this.#flush(),
        close: (connection) => {
          if (this.#connection !== connection) return;
          this.#connection = undefined;
          ear.ended?.();
        },
        error: () => {},
      },
    });
  }

  get connected(): boolean {
    return this.#connection !== undefined;
  }

  /** Returns whether anybody is there to get it. */
  send(bytes: Uint8Array): boolean {
    if (this.#connection === undefined) return false;
    this.#waiting.push(Uint8Array.from(bytes));
    this.#flush();
    return true;
  }

  close(): void {
    this.#connection?.terminate();
    this.#server.stop(true);
  }

  #flush(): void {
    for (;;) {
      const [first] = this.#waiting;
      if (first === undefined || this.#connection === undefined) return;
      const written = Math.max(0, this.#connection.write(first));
      if (written < first.byteLength) {
        this.#waiting[0] = first.subarray(written);
        return;
      }
      this.#waiting.shift();
    }
  }
}
