// A client of an application-heartbeat server that says what it likes, and hears the errno of each answer.

import { connect, type Socket } from "node:net";
import {
  type ApphbRegistration,
  type ApphbRequest,
  decodeApphbAnswer,
  encodeApphb,
} from "../../../src/wire/ipc/apphb.ts";
import { FrameReader, frame } from "../../../src/wire/ipc/frame.ts";

/** This process, as it registers in good faith. */
export const honest: ApphbRegistration = {
  type: "reg",
  app: "web",
  instance: "1",
  directory: "/",
  pid: process.pid,
  uid: process.getuid?.() ?? 0,
  gid: process.getgid?.() ?? 0,
};

export class ApphbClient {
  readonly socket: Socket;
  /** Resolves when the server has closed. */
  readonly closed: Promise<void>;
  readonly #reader = new FrameReader();
  readonly #answers: (number | undefined)[] = [];
  #wake = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    this.closed = new Promise((resolve) => socket.once("close", () => resolve()));
    socket.on("error", () => {});
    socket.on("data", (bytes: Uint8Array) => {
      this.#answers.push(...(this.#reader.push(bytes) ?? []).map(decodeApphbAnswer));
      this.#wake();
    });
  }

  static async connect(path: string): Promise<ApphbClient> {
    const socket = connect(path);
    await new Promise<void>((resolve, reject) => {
      socket.once("connect", resolve);
      socket.once("error", reject);
    });
    return new ApphbClient(socket);
  }

  /** The errno of the next answer. */
  async answer(): Promise<number | undefined> {
    while (this.#answers.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
    return this.#answers.shift();
  }

  /** Asks, and gives the errno. */
  ask(request: ApphbRequest | Uint8Array): Promise<number | undefined> {
    this.say(request);
    return this.answer();
  }

  /** Says it, and waits for nothing. */
  say(request: ApphbRequest | Uint8Array): void {
    const body = request instanceof Uint8Array ? request : encodeApphb(request);
    this.socket.write(frame(body));
  }

  destroy(): void {
    this.socket.destroy();
  }
}
