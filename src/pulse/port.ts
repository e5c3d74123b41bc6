// One medium over its life: open, failed, open again. Not which packets pass: that is links.ts.
//
// A medium that cannot be opened or used is tried again with growing pauses, and at once when its
// interface changes. A failure never throws and never blocks.

import { errnoOf, reasonOf, SysError } from "../../ffi/error.ts";
import type { Medium } from "../config/medium.ts";
import { after, earliest, type Instant } from "../core/instant.ts";
import type { Ears } from "./ears.ts";
import type { Letter } from "./letter.ts";
import { type Carrier, isStream, type StreamCarrier, type Surroundings } from "./media/carrier.ts";
import { openMedium } from "./media/open.ts";

const RETRY_FIRST_MS = 250;
const RETRY_MAX_MS = 10_000;

/** These mean that what the descriptor was opened on is gone: a new one is needed. */
const fatal = new Set([errnoOf("ENODEV"), errnoOf("ENXIO"), errnoOf("EBADF")]);

export interface PortHost {
  readonly ears: Ears<Port>;
  readonly surroundings: Surroundings;
}

export class Port {
  readonly medium: Medium;
  readonly #host: PortHost;
  #carrier: Carrier | undefined;
  #reason = "not opened yet";
  #ok = false;
  #retryAt: Instant | undefined;
  #pauseMs = RETRY_FIRST_MS;

  constructor(medium: Medium, host: PortHost) {
    this.medium = medium;
    this.#host = host;
  }

  get isOpen(): boolean {
    return this.#carrier !== undefined;
  }

  /** The carrier of a line that is open; undefined for all other media. */
  get stream(): StreamCarrier | undefined {
    return isStream(this.#carrier) ? this.#carrier : undefined;
  }

  /** True while it is open and its last packet left. */
  get ok(): boolean {
    return this.#ok && this.stream?.trouble === undefined;
  }

  get reason(): string {
    return this.stream?.trouble ?? this.#reason;
  }

  /** True when it must be opened anew, because the interface's addresses changed. */
  get stale(): boolean {
    return this.#carrier?.stale?.() === true;
  }

  deadline(): Instant | undefined {
    return earliest(this.isOpen ? undefined : this.#retryAt, this.stream?.deadline());
  }

  /** Does what is due: opens it again, lets a line go on. */
  expire(now: Instant): void {
    const due = this.deadline();
    if (due === undefined || due > now) return;
    if (!this.isOpen) this.open(now);
    else this.#try(now, () => this.stream?.expire(now));
  }

  /** Tries to open it. */
  open(now: Instant): void {
    if (this.isOpen) return;
    try {
      const carrier = openMedium(this.medium, this.#host.surroundings);
      this.#carrier = carrier;
      this.#host.ears.listen(carrier.ear, this);
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
    if (!this.isOpen) this.#retryAt = now;
  }

  /** True when the message left, or waits for its turn on a line. What the network refuses at the
   *  moment (no route, no room, a firewall) is remembered as the reason; a vanished interface closes
   *  the medium. */
  send(letter: Letter, now: Instant): boolean {
    const carrier = this.#carrier;
    if (carrier === undefined) return false;
    return this.#try(now, () => {
      if (isStream(carrier)) return carrier.post(letter, now);
      const sent = carrier.send(letter.packet);
      this.#ok = sent;
      this.#reason = sent ? "open" : "the kernel has no room for packets";
      return sent;
    });
  }

  close(): void {
    const carrier = this.#carrier;
    this.#carrier = undefined;
    this.#ok = false;
    if (carrier === undefined) return;
    this.#host.ears.leave(carrier.ear.key, this);
    carrier.close();
  }

  #try<Result>(now: Instant, act: () => Result): Result | false {
    try {
      return act();
    } catch (error) {
      const isFatal = error instanceof SysError && fatal.has(error.errno);
      // A line that fails in any way may be between two bytes of a packet: it begins anew.
      if (isFatal || this.stream !== undefined) this.fail(reasonOf(error), now);
      this.#ok = false;
      this.#reason = reasonOf(error);
      return false;
    }
  }
}
