// One place where the status page is served: a port or a unix socket. Whoever knocks is not trusted with
// our time or memory: connections, what they send, how long they take and what they leave unread are
// bounded, and who comes too many is turned away at once.

import { lstatSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { reasonOf } from "../../../ffi/error.ts";
import { isPrivate, type ListenPlace, sayListenPlace } from "../../config/listen.ts";
import { bindForGroup } from "../boundsocket.ts";
import { type Reply, replyTo, type Shown } from "./reply.ts";
import type { Viewers } from "./viewers.ts";

/** Viewers of the stream among them. */
const connectionsMax = 64;
const headBytesMax = 8 * 1024;
/** From the first byte to the last of an answer. A stream that was granted goes on. */
const conversationMs = 10_000;
/** An address that is not there yet may come: a shared one, an interface that is slow. */
const retryMs = 5_000;

const always = {
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Content-Security-Policy":
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; " +
    "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
} as const;

export interface DoorOptions {
  readonly place: ListenPlace;
  readonly shown: Shown;
  readonly viewers: Viewers;
  readonly names: readonly string[];
  /** Absent: as long as a slow line needs. */
  readonly conversationMs?: number;
  /** What is the matter with this place; told once for each reason. */
  complain(text: string): void;
}

export class Door {
  readonly #options: DoorOptions;
  readonly #timers = new Map<Socket, ReturnType<typeof setTimeout>>();
  #server: Server | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #complaint = "";

  constructor(options: DoorOptions) {
    this.#options = options;
    this.#open();
  }

  close(): void {
    clearTimeout(this.#retry);
    this.#shut();
    const { place } = this.#options;
    if (place.kind === "unix") removeSocket(place.path);
  }

  #open(): void {
    const { place } = this.#options;
    const server = createServer({ maxHeaderSize: headBytesMax }, (request, response) => {
      void this.#serve(request, response);
    });
    server.maxConnections = connectionsMax;
    server.on("connection", (socket: Socket) => this.#welcome(socket));
    server.on("error", (error) => this.#fail(error));
    this.#server = server;
    try {
      if (place.kind === "tcp") {
        server.listen(place.port, place.address);
        return;
      }
      removeSocket(place.path);
      bindForGroup(() => server.listen(place.path));
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    this.#shut();
    const { place, complain } = this.#options;
    const text = `The status page cannot be served on ${sayListenPlace(place)}: ${reasonOf(error)}`;
    if (text !== this.#complaint) complain(text);
    this.#complaint = text;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#open(), retryMs);
  }

  #shut(): void {
    this.#server?.close();
    this.#server = undefined;
    for (const [socket, timer] of this.#timers) {
      clearTimeout(timer);
      socket.destroy();
    }
    this.#timers.clear();
  }

  #welcome(socket: Socket): void {
    const limitMs = this.#options.conversationMs ?? conversationMs;
    this.#timers.set(
      socket,
      setTimeout(() => socket.destroy(), limitMs),
    );
    socket.on("close", () => this.#free(socket));
  }

  /** This one may stay as long as it likes. */
  #free(socket: Socket): void {
    clearTimeout(this.#timers.get(socket));
    this.#timers.delete(socket);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { place, shown, viewers, names } = this.#options;
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    const host =
      isPrivate(place) && place.kind === "tcp" ? (request.headers.host ?? "") : undefined;
    const reply = await replyTo({ method: request.method ?? "", path, host, names }, shown);
    if (reply !== "stream") {
      answer(request, response, reply);
      return;
    }
    response.writeHead(200, { ...always, "Content-Type": "text/event-stream" });
    if (request.method === "HEAD" || !viewers.welcome(response, shown.events())) response.end();
    else this.#free(request.socket);
  }
}

function answer(request: IncomingMessage, response: ServerResponse, reply: Reply): void {
  const { status, type, body, headers } = reply;
  const length = String(Buffer.byteLength(body));
  const own = { "Content-Type": type, "Content-Length": length, Connection: "close" };
  response.writeHead(status, { ...always, ...own, ...headers });
  // A body that nobody asked for is not read: the connection ends with the answer.
  response.end(request.method === "HEAD" ? "" : body, () => request.socket.destroySoon());
}

/** What a dead agent left; anything else that is there is not ours to remove. */
function removeSocket(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true)
    rmSync(path, { force: true });
}
