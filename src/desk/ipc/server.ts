// A unix socket for Heartbeat's own clients: anybody may connect whom the directory lets in, and says frames
// (heartbeat-api.md 1, 2). What they mean is its user's business: the client API, ccm, logd, apphbd.
//
// Clients are not trusted with our time or memory: their number, what one of them may say in a piece and what
// it leaves unread are bounded.

import { unlinkSync } from "node:fs";
import { Connection, type Visitor } from "./connection.ts";

/** More connections than this are closed at once. */
const connectionsMax = 512;

export interface IpcServerOptions {
  readonly path: string;
  /** A new connection, and who is to hear of it. It can be spoken to at once. */
  welcome(connection: Connection): Visitor;
  /** More would be closed at once; called for each that was. */
  refused?(): void;
}

export class IpcServer {
  readonly #options: IpcServerOptions;
  readonly #listener: Bun.UnixSocketListener<Connection | undefined>;
  readonly #connections = new Set<Connection>();

  /** Listens. A file at the path is a dead one's: the caller knows that nobody else listens there. Throws what
   *  the system says when it cannot be bound. */
  constructor(options: IpcServerOptions) {
    this.#options = options;
    removeSocket(options.path);
    // Who may connect is said by the directory (0750) and, for the API, by apiauth.
    const mask = process.umask(0);
    try {
      this.#listener = Bun.listen<Connection | undefined>({
        unix: options.path,
        data: undefined,
        socket: {
          open: (socket) => this.#open(socket),
          data: (socket, bytes) => socket.data?.arrived(bytes),
          drain: (socket) => socket.data?.flush(),
          // The other end closed its side: nothing more comes, and nobody may read what we say.
          end: (socket) => socket.data?.gone(),
          close: (socket) => socket.data?.gone(),
          error: (socket) => socket.data?.gone(),
        },
      });
    } catch (error) {
      const code = error instanceof Error && "code" in error ? error.code : String(error);
      throw Object.assign(new Error(`Cannot listen at ${options.path}: ${code}`), { code });
    } finally {
      process.umask(mask);
    }
  }

  /** Those that are there, in the order in which they came. */
  get connections(): ReadonlySet<Connection> {
    return this.#connections;
  }

  /** Ends every connection, and removes the socket. */
  close(): void {
    this.#listener.stop();
    for (const connection of [...this.#connections]) connection.end();
    removeSocket(this.#options.path);
  }

  #open(socket: Bun.Socket<Connection | undefined>) {
    if (this.#connections.size >= connectionsMax) {
      this.#options.refused?.();
      socket.terminate();
      return;
    }
    const connection = new Connection(socket, () => this.#connections.delete(connection));
    socket.data = connection;
    this.#connections.add(connection);
    connection.visitor = this.#options.welcome(connection);
  }
}

function removeSocket(path: string) {
  try {
    unlinkSync(path);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error;
  }
}
