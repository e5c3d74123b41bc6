// The conversation with rtnetlink: dumps, batches of changes with their answers, and the monitor.
//
// The kernel answers a request while it is being sent, so that all calls return with the answer: at once,
// unless somebody else changes links or addresses on this host (laterroute.ts is for those who cannot wait).
// A batch puts many requests into one sendto(), which is what makes a thousand addresses quick.

import { BATCH_MAX, Batch, type Request } from "./batch.ts";
import { errnoOf, SysError } from "./error.ts";
import { AF_NETLINK, sockaddrNl } from "./layout.ts";
import {
  errorOf,
  messages,
  type NetlinkMessage,
  NLM_F_DUMP_INTR,
  NLMSG_DONE,
  NLMSG_ERROR,
} from "./netlink.ts";
import {
  type AddressRow,
  addressRow,
  dumpRequest,
  type LinkRow,
  linkRow,
  type RouteRow,
  RTM_GETADDR,
  RTM_GETLINK,
  RTM_GETROUTE,
  routeRow,
} from "./rtnetlink.ts";
import { bind, bufferSize, close, receive, SOCK_RAW, sendTo, setOption, socket } from "./socket.ts";

export const NETLINK_ROUTE = 0;
const RTMGRP_LINK = 0x1;
const RTMGRP_IPV4_IFADDR = 0x10;
const RTMGRP_IPV6_IFADDR = 0x100;
const kernel = sockaddrNl(0);
const ENOBUFS = errnoOf("ENOBUFS");

const DUMP_TRIES = 5;

export class RouteSocket {
  readonly #fd: number;
  #sequence = 1;
  readonly #buffer = new Uint8Array(new ArrayBuffer(64 * 1024));

  constructor() {
    this.#fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    bind(this.#fd, sockaddrNl(0), "a netlink socket");
    // The kernel then filters a dump by table; without (before Linux 4.20) it sends all of them.
    try {
      setOption(this.#fd, "netlinkStrictCheck", 1);
    } catch (error) {
      if (!(error instanceof SysError)) throw error;
    }
    bufferSize(this.#fd, "rcv", 4 * 1024 * 1024);
    bufferSize(this.#fd, "snd", 1024 * 1024);
  }

  links(): LinkRow[] {
    return this.#dump(RTM_GETLINK, 0).flatMap((message) => linkRow(message) ?? []);
  }

  addresses(): AddressRow[] {
    return this.#dump(RTM_GETADDR, 0).flatMap((message) => addressRow(message) ?? []);
  }

  routes(family: 4 | 6): RouteRow[] {
    return this.#dump(RTM_GETROUTE, family).flatMap((message) => routeRow(message) ?? []);
  }

  /** Sends all requests; the errno of each, 0 when it was done. */
  change(requests: readonly Request[]): number[] {
    const results: number[] = [];
    for (let first = 0; first < requests.length; first += BATCH_MAX) {
      results.push(...this.#batch(requests.slice(first, first + BATCH_MAX)));
    }
    return results;
  }

  close(): void {
    close(this.#fd);
  }

  #batch(requests: readonly Request[]): number[] {
    const batch = new Batch(requests, this.#sequence);
    this.#sequence += requests.length;
    this.#send(batch.bytes);
    while (!batch.isAnswered) for (const message of this.#receive()) batch.hear(message);
    return batch.results;
  }

  /** A dump that was disturbed by a change is taken again: half of it may be older than the rest. */
  #dump(type: number, family: 0 | 4 | 6): NetlinkMessage[] {
    for (let tries = 1; ; tries += 1) {
      const { rows, disturbed } = this.#dumpOnce(type, family);
      if (!disturbed || tries === DUMP_TRIES) return rows;
    }
  }

  #dumpOnce(type: number, family: 0 | 4 | 6): { rows: NetlinkMessage[]; disturbed: boolean } {
    const sequence = this.#sequence;
    this.#sequence += 1;
    this.#send(dumpRequest(type, family, sequence));
    const rows: NetlinkMessage[] = [];
    let disturbed = false;
    while (true) {
      for (const message of this.#receive()) {
        if (message.sequence !== sequence) continue;
        disturbed ||= (message.flags & NLM_F_DUMP_INTR) !== 0;
        if (message.type === NLMSG_DONE) return { rows, disturbed };
        if (message.type === NLMSG_ERROR) {
          throw new SysError("read", errorOf(message) ?? 0, "the kernel's tables by netlink");
        }
        rows.push({ ...message, body: message.body.slice() });
      }
    }
  }

  #send(bytes: Uint8Array): void {
    if (!sendTo(this.#fd, bytes, kernel, "netlink")) {
      throw new SysError("send to", errnoOf("EAGAIN"), "netlink");
    }
  }

  #receive(): NetlinkMessage[] {
    const got = receive(this.#fd, this.#buffer);
    // Answers are queued while the request is sent: nothing to read means that one was lost.
    if (got === undefined) throw new SysError("receive from", errnoOf("ENODATA"), "netlink");
    return messages(this.#buffer.subarray(0, Math.min(got, this.#buffer.length)));
  }
}

/** Says what changes on links and addresses, from now on. */
export class RouteMonitor {
  readonly fd: number;
  readonly #buffer = new Uint8Array(new ArrayBuffer(64 * 1024));

  constructor() {
    this.fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE);
    bufferSize(this.fd, "rcv", 8 * 1024 * 1024);
    const groups = RTMGRP_LINK | RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR;
    bind(this.fd, sockaddrNl(groups), "the netlink monitor");
  }

  /** The next news; empty when there is none; "lost" when the kernel had to drop some, so that
   *  only a new dump tells the truth. */
  read(): readonly NetlinkMessage[] | "lost" {
    try {
      const got = receive(this.fd, this.#buffer);
      if (got === undefined) return [];
      return messages(this.#buffer.subarray(0, Math.min(got, this.#buffer.length)));
    } catch (error) {
      if (error instanceof SysError && error.errno === ENOBUFS) return "lost";
      throw error;
    }
  }

  close(): void {
    close(this.fd);
  }
}
