// Changes by rtnetlink that nobody waits for.
//
// One lock guards the links and addresses of all namespaces, and who asks for a change waits for it, in the
// middle of the sendto(): for tens of milliseconds where interfaces come and go. Here another thread waits.

import { LaterWrite } from "./aio.ts";
import { Batch, type Request } from "./batch.ts";
import { AF_NETLINK, sockaddrNl } from "./layout.ts";
import { messages } from "./netlink.ts";
import { POLLIN, PollSet } from "./poll.ts";
import { NETLINK_ROUTE } from "./route.ts";
import { bind, close, receive, SOCK_RAW, socket } from "./socket.ts";

/** A write that fails makes nothing readable: so often it is looked after. */
const LOOK_MS = 10;

export class LaterRoute {
  /** Readable when there is an answer. */
  readonly fd: number;
  readonly #write = new LaterWrite();
  readonly #waiting = new PollSet();
  readonly #buffer = new Uint8Array(new ArrayBuffer(64 * 1024));
  #sequence = 1;
  #batch: Batch | undefined;

  constructor() {
    this.fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    bind(this.fd, sockaddrNl(0), "a netlink socket");
    this.#waiting.watch(this.fd, POLLIN);
  }

  /** True until the answer has been taken: nothing can begin before. */
  get isBusy(): boolean {
    return this.#batch !== undefined || this.#write.pending;
  }

  /** Hands over at most BATCH_MAX requests. */
  begin(requests: readonly Request[]): void {
    const batch = new Batch(requests, this.#sequence);
    this.#sequence += requests.length;
    this.#write.begin(this.fd, batch.bytes);
    this.#batch = batch;
  }

  /** The errno of each request; undefined while they are under way, and when none are. Throws when the kernel
   *  refused the whole. */
  answer(): number[] | undefined {
    const batch = this.#batch;
    if (batch === undefined) return undefined;
    const { failure } = this.#write;
    if (failure === undefined) this.#hear(batch);
    if (failure === undefined && !batch.isAnswered) return undefined;
    this.#batch = undefined;
    if (failure !== undefined) throw failure;
    return batch.results;
  }

  /** The same, but waits for it. */
  settle(): number[] | undefined {
    for (;;) {
      const answer = this.answer();
      if (answer !== undefined || this.#batch === undefined) return answer;
      this.#waiting.wait(LOOK_MS);
    }
  }

  close(): void {
    close(this.fd);
  }

  #hear(batch: Batch): void {
    for (let got = this.#receive(); got !== undefined; got = this.#receive()) {
      for (const message of messages(got)) batch.hear(message);
    }
  }

  #receive(): Uint8Array | undefined {
    const got = receive(this.fd, this.#buffer);
    return got === undefined ? undefined : this.#buffer.subarray(0, got);
  }
}
