// One medium over its life: open, failed, open again. Not which packets pass: that is links.ts.
//
// A medium that cannot be opened or used is tried again with growing pauses, and at once when its
// interface changes. A failure never throws and never blocks.

import { errnoOf, reasonOf, SysError } from "../../ffi/error.ts";
import type { Medium } from "../config/medium.ts";
import { after, type Instant } from "../core/instant.ts";
import type { Carrier } from "./media/carrier.ts";
import { openMedium } from "./media/open.ts";

const RETRY_FIRST_MS = 250;
const RETRY_MAX_MS = 10_000;

/** These mean that the socket's interface is not the one it was opened on: a new one is needed. */
const fatal = new Set([errnoOf("ENODEV"), errnoOf("ENXIO"), errnoOf("EBADF")]);

export class Port {
  readonly medium: Medium;
  #carrier: Carrier | undefined;
  #reason = "not opened yet";
  #ok = false;
  #retryAt: Instant | undefined;
  #pauseMs = RETRY_FIRST_MS;

  constructor(medium: Medium) {
    this.medium = medium;
  }

  get carrier(): Carrier | undefined {
    return this.#carrier;
  }

  /** True while it is open and its last packet left. */
  get ok(): boolean {
    return this.#ok;
  }

  get reason(): string {
    return this.#reason;
  }

  deadline(): Instant | undefined {
    return this.#carrier === undefined ? this.#retryAt : undefined;
  }

  /** Tries to open it. */
  open(now: Instant): void {
    if (this.#carrier !== undefined) return;
    try {
      this.#carrier = openMedium(this.medium);
      this.#ok = true;
      this.#reason = "open";
      this.#pauseMs = RETRY_FIRST_MS;
      this.#retryAt = undefined;
    } catch (error) {
      this.fail(reasonOf(error), now);
    }
  }

  /** Closes it because of a fault; it will be tried again. */
  fail(reason: string, now: Instant): void {
    this.close();
    this.#reason = reason;
    this.#retryAt = after(now, this.#pauseMs);
    this.#pauseMs = Math.min(this.#pauseMs * 2, RETRY_MAX_MS);
  }

  /** Forgets the pauses: something happened that may have mended it. */
  hurry(now: Instant): void {
    this.#pauseMs = RETRY_FIRST_MS;
    if (this.#carrier === undefined) this.#retryAt = now;
  }

  /** True when the packet left. What the network refuses at the moment (no route, no room, a
   *  firewall) is remembered as the reason; a vanished interface closes the medium. */
  send(packet: Uint8Array, now: Instant): boolean {
    if (this.#carrier === undefined) return false;
    try {
      const sent = this.#carrier.send(packet);
      this.#ok = sent;
      this.#reason = sent ? "open" : "the kernel has no room for packets";
      return sent;
    } catch (error) {
      if (error instanceof SysError && fatal.has(error.errno)) this.fail(error.message, now);
      this.#ok = false;
      this.#reason = reasonOf(error);
      return false;
    }
  }

  close(): void {
    this.#carrier?.close();
    this.#carrier = undefined;
    this.#ok = false;
  }
}
