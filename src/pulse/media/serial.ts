// serial TTY: a null-modem cable to one other node (heartbeat-wire 14.5).
//
// Nothing here ever waits: what the line does not take stays in the outbox, what is too old is replaced
// there, and what does not leave for half a second is thrown away. The first packet follows a break of a
// quarter of a second, and ends whatever the other end may have heard half of.

import { reasonOf } from "../../../ffi/error.ts";
import { write } from "../../../ffi/file.ts";
import { POLLIN, POLLOUT } from "../../../ffi/poll.ts";
import { close } from "../../../ffi/socket.ts";
import { applySettings, flush, rawSettings } from "../../../ffi/termios.ts";
import { closeWithoutWaiting, openTty, readTty, setBreak, unsentBytes } from "../../../ffi/tty.ts";
import type { SerialMedium } from "../../config/medium.ts";
import { after, earliest, type Instant } from "../../core/instant.ts";
import { Outbox } from "../../core/line/outbox.ts";
import { slotOf } from "../../core/line/slot.ts";
import { denial } from "../../wire/denial.ts";
import { RunReader } from "../../wire/stream.ts";
import type { Letter } from "../letter.ts";
import type { LineCount } from "../tally.ts";
import type { Ear, EarSpec, Heard, StreamCarrier, Surroundings } from "./carrier.ts";
import { LineLock } from "./linelock.ts";
import { Progress } from "./progress.ts";

/** As long as tcsendbreak(3) holds a break. */
const BREAK_MS = 250;

/** Opens and locks the line, or throws why not. */
export function openSerial(medium: SerialMedium, surroundings: Surroundings): StreamCarrier {
  const { device, baud, flow } = medium;
  const lock = new LineLock(device);
  try {
    const fd = openTty(device);
    try {
      applySettings(fd, rawSettings(baud, flow));
      setBreak(fd, true);
      if (lock.unmade !== undefined) {
        surroundings.warn(`"${device}" is used without a lock: ${lock.unmade}`);
      }
      return new SerialLine(medium, { fd, lock }, surroundings);
    } catch (error) {
      close(fd);
      throw new Error(`"${device}" is no serial line: ${reasonOf(error)}`);
    }
  } catch (error) {
    lock.release();
    throw error;
  }
}

class SerialLine implements StreamCarrier {
  readonly medium: SerialMedium;
  readonly ear: EarSpec;
  readonly #fd: number;
  readonly #lock: LineLock;
  readonly #world: Surroundings;
  readonly #count: LineCount;
  readonly #outbox: Outbox;
  readonly #progress = new Progress();
  readonly #reader = new RunReader();
  #runs: Uint8Array[] = [];
  #breakUntil: Instant | undefined;
  /** The kernel had no room: it will say when it has. */
  #full = false;
  #written = 0;
  /** Bytes that were thrown away after they had been written. */
  #flushed = 0;
  #noise = 0;

  constructor(
    medium: SerialMedium,
    { fd, lock }: { readonly fd: number; readonly lock: LineLock },
    world: Surroundings,
  ) {
    this.medium = medium;
    this.#fd = fd;
    this.#lock = lock;
    this.#world = world;
    this.#count = world.count(medium);
    this.#outbox = new Outbox(medium.baud);
    this.#breakUntil = after(world.now(), BREAK_MS);
    this.ear = { key: `serial ${medium.device}`, open: () => this.#ear() };
  }

  post(letter: Letter, now: Instant): boolean {
    const bytes = letter.text(this.medium.baud);
    if (bytes === undefined) {
      this.#count.unsendable += 1;
      this.#deny(letter, now);
      return false;
    }
    this.#put(letter, bytes);
    this.#pump(now);
    return true;
  }

  deadline(): Instant | undefined {
    if (this.#breakUntil !== undefined) return this.#breakUntil;
    const pace = this.#full ? undefined : this.#outbox.deadline();
    return earliest(pace, this.#progress.deadline());
  }

  expire(now: Instant): void {
    if (this.#breakUntil !== undefined && now >= this.#breakUntil) {
      setBreak(this.#fd, false);
      this.#breakUntil = undefined;
    }
    this.#pump(now);
    const unsent = unsentBytes(this.#fd);
    const outstanding = unsent > 0 || (this.#full && !this.#outbox.isEmpty);
    const before = this.#progress.stalled;
    if (!this.#progress.see(this.#left(unsent), outstanding, now)) return;
    if (!before) this.#count.stalls += 1;
    this.#abandon();
  }

  get trouble(): string | undefined {
    return this.#progress.stalled ? "nothing leaves: no connection or a bad cable?" : undefined;
  }

  get unsent(): number {
    try {
      return this.#outbox.waiting + unsentBytes(this.#fd);
    } catch {
      // The device is gone, and with it what waited.
      return 0;
    }
  }

  close(): void {
    // What waits in the kernel would hold close(2) for up to half a minute. What has left is not flushed:
    // a pty would still throw it away.
    try {
      if (unsentBytes(this.#fd) > 0) flush(this.#fd, "output");
      if (unsentBytes(this.#fd) > 0) closeWithoutWaiting(this.#fd);
      setBreak(this.#fd, false);
    } catch {
      // The device is gone, and with it what waited.
    }
    this.#count.waiting = 0;
    close(this.#fd);
    this.#lock.release();
  }

  #ear(): Ear {
    return {
      fd: this.#fd,
      hear: (buffer) => this.#hear(buffer),
      // The descriptor is the carrier's.
      close: () => undefined,
    };
  }

  /** One packet of what arrived. It is called when the line takes bytes again, too. */
  #hear(buffer: Uint8Array): Heard | undefined {
    const first = this.#runs.shift();
    if (first !== undefined) return { run: first };
    if (this.#full) this.#pump(this.#world.now());
    const got = readTty(this.#fd, buffer);
    if (got === undefined) return undefined;
    if (got === 0) throw new Error(`"${this.medium.device}" was hung up`);
    this.#count.bytesIn += got;
    this.#progress.heard();
    this.#runs = this.#reader.push(buffer.subarray(0, got));
    this.#count.noise += this.#reader.noise - this.#noise;
    this.#noise = this.#reader.noise;
    const run = this.#runs.shift();
    return run && { run };
  }

  #put(letter: Letter, bytes: Uint8Array): void {
    const put = this.#outbox.put(slotOf(letter.message), bytes);
    if (put !== "waits") this.#count.replaced += 1;
    this.#count.dropped += this.#outbox.trim();
  }

  /** Whoever misses a message that this line cannot carry would ask for it for ever. */
  #deny(letter: Letter, now: Instant): void {
    const message = denial(letter.message);
    const answer = message && letter.with(message);
    const bytes = answer?.text(this.medium.baud);
    if (answer === undefined || bytes === undefined) return;
    this.#put(answer, bytes);
    this.#pump(now);
  }

  /** Hands over what the line has time for. */
  #pump(now: Instant): void {
    if (this.#breakUntil === undefined) this.#write(now);
    this.#count.waiting = this.#outbox.waiting;
  }

  #write(now: Instant): void {
    let full = false;
    for (let bytes = this.#outbox.next(now); bytes !== undefined && !full; ) {
      const count = write(this.#fd, bytes);
      this.#written += count;
      this.#count.bytesOut += count;
      full = count < bytes.length;
      this.#outbox.handedOver(count, now);
      if (!full) bytes = this.#outbox.next(now);
    }
    const unsent = unsentBytes(this.#fd);
    const outstanding = unsent > 0 || full;
    if (full !== this.#full) this.#world.watch.want(this.#fd, full ? POLLIN | POLLOUT : POLLIN);
    this.#full = full;
    if (outstanding && this.#progress.deadline() === undefined) {
      this.#progress.see(this.#left(unsent), true, now);
    }
  }

  /** Bytes that have left this host in all. */
  #left(unsent: number): number {
    return this.#written - unsent - this.#flushed;
  }

  /** Nothing leaves: what waits is too old by now, here and in the kernel. */
  #abandon(): void {
    this.#count.dropped += this.#outbox.clear();
    this.#count.waiting = 0;
    this.#flushed += unsentBytes(this.#fd);
    flush(this.#fd, "output");
    this.#full = false;
    this.#world.watch.want(this.#fd, POLLIN);
  }
}
