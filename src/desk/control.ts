// The control socket: where `hb status`, `hb standby` and the others speak to the agent.
//
// Only root (or who owns the agent) and the socket's group may connect: the file's mode says so. To a socket that is
// open to all, everybody may, and whoever is refused before anything was granted to him is disconnected. Clients are
// not trusted with our time or memory: their number, their lines and what they leave unread are bounded.

import { rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { type Credentials, peerCredentials } from "../../ffi/credentials.ts";
import { bindForAll, bindForGroup } from "./boundsocket.ts";
import { textIn } from "./bytestring.ts";
import type { Told } from "./listen/listeners.ts";
import {
  type Answer,
  type News,
  parseRequest,
  type Request,
  requestBytesMax,
  requestFault,
} from "./request.ts";

const clientsMax = 64;
const unreadBytesMax = 4 * 1024 * 1024;

export interface Bounds {
  /** A client that says nothing for so long is asleep; one that waits for an answer is not cut. */
  readonly idleMs: number;
  /** Connections of one user. */
  readonly perUserMax: number;
  readonly isOpenToAll: boolean;
}

const usualBounds: Bounds = { idleMs: 60_000, perUserMax: clientsMax, isOpenToAll: false };

/** The client of a request. */
export interface Visit {
  readonly peer: Credentials;
  /** May be called until the answer. */
  progress(text: string): void;
  /** Whoever is told what happens stays connected, and is not cut for his silence. */
  tell(told: Told): void;
  /** Called when the client is gone. Who is told of that stays connected as well: it may be long before somebody
   *  speaks on a channel. */
  whenGone(callback: () => void): void;
}

/** Carries out a request. */
export type Serve = (request: Request, visit: Visit) => Promise<Answer>;

export class Control {
  readonly #server: Server;
  /** Each with its user. */
  readonly #clients = new Map<Socket, number>();
  readonly #serve: Serve;
  readonly #path: string;
  readonly #bounds: Bounds;

  private constructor(path: string, serve: Serve, bounds: Bounds) {
    this.#path = path;
    this.#serve = serve;
    this.#bounds = bounds;
    this.#server = createServer((client) => this.#welcome(client));
  }

  /** Listens at the path. The caller holds the agent's lock: a file that is there is a dead
   *  one's. */
  static async listen(path: string, serve: Serve, own: Partial<Bounds> = {}): Promise<Control> {
    const bounds = { ...usualBounds, ...own };
    const control = new Control(path, serve, bounds);
    rmSync(path, { force: true });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    control.#server.once("error", reject);
    const bind = bounds.isOpenToAll ? bindForAll : bindForGroup;
    bind(() => control.#server.listen(path, resolve));
    await promise;
    return control;
  }

  /** Ends every conversation after what was written has left, and removes the socket. */
  close(): void {
    this.#server.close();
    for (const client of this.#clients.keys()) client.end();
    rmSync(this.#path, { force: true });
  }

  #welcome(client: Socket) {
    const peer = peerCredentials(descriptorOf(client));
    const { idleMs, perUserMax, isOpenToAll } = this.#bounds;
    const same = this.#clients.values().filter((uid) => uid === peer.uid);
    if (this.#clients.size >= clientsMax || same.toArray().length >= perUserMax) {
      client.destroy();
      return;
    }
    this.#clients.set(client, peer.uid);
    let part = "";
    let busy = false;
    let listens = false;
    let isWelcome = !isOpenToAll;
    const waiting: string[] = [];
    const partings: (() => void)[] = [];
    const drop = () => {
      this.#clients.delete(client);
      client.destroy();
      for (const part of partings.splice(0)) part();
    };
    const visit: Visit = {
      peer,
      progress: (text) => this.#write(client, { say: "progress", text }),
      tell: (told) => {
        listens = true;
        this.#write(client, { say: "event", ...told });
      },
      whenGone: (callback) => {
        listens = true;
        if (client.destroyed) callback();
        else partings.push(callback);
      },
    };
    const next = async () => {
      if (busy) return;
      busy = true;
      for (let line = waiting.shift(); line !== undefined; line = waiting.shift()) {
        isWelcome = (await this.#answer(client, line, visit)) || isWelcome;
        if (isWelcome) continue;
        waiting.length = 0;
        client.destroySoon();
      }
      busy = false;
    };
    client.setEncoding("latin1");
    client.setTimeout(idleMs, () => {
      if (!busy && !listens) drop();
    });
    client.on("error", drop);
    client.on("close", drop);
    client.on("data", (text: string) => {
      const lines = (part + text).split("\n");
      part = lines.pop() ?? "";
      waiting.push(...lines.filter((line) => line.trim() !== ""));
      const tooMuch = part.length > requestBytesMax || waiting.length > 16;
      if (tooMuch || lines.some((line) => line.length > requestBytesMax)) drop();
      else next();
    });
  }

  /** True when it got what it asked for. */
  async #answer(client: Socket, bytes: string, visit: Visit): Promise<boolean> {
    const line = textIn(bytes);
    const request = parseRequest(line);
    if (request === undefined) {
      this.#write(client, { say: "done", ok: false, text: requestFault(line) });
      return false;
    }
    const answer = await this.#serve(request, visit);
    this.#write(client, answer);
    return answer.say === "done" && answer.ok;
  }

  #write(client: Socket, answer: Answer | News) {
    if (client.destroyed) return;
    client.write(`${JSON.stringify(answer)}\n`);
    if (client.writableLength > unreadBytesMax) client.destroy();
  }
}

/** The runtime's own; its types do not tell of it. */
function descriptorOf(client: Socket): number {
  return (client as unknown as { readonly _handle: { readonly fd: number } })._handle.fd;
}
