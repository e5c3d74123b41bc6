// What the service manager is told: sd_notify(3), one datagram per fact. Silent where nobody asked.

import { AF_UNIX } from "../../ffi/layout.ts";
import { SOCK_DGRAM, sendTo, socket } from "../../ffi/socket.ts";
import { sockaddrUn } from "../../ffi/unix.ts";

export class Notify {
  readonly #fd: number | undefined;
  readonly #address: Uint8Array | undefined;
  #status = "";
  #isReady = false;
  #beats: ReturnType<typeof setInterval> | undefined;
  /** Half of what the manager's watchdog allows; undefined when it has none for this process. */
  readonly watchdogMs: number | undefined;

  constructor(environment: Readonly<Record<string, string | undefined>> = process.env) {
    const path = environment.NOTIFY_SOCKET;
    if (path?.startsWith("/") || path?.startsWith("@")) {
      this.#address = sockaddrUn(path);
      this.#fd = socket(AF_UNIX, SOCK_DGRAM);
    }
    const limit = Number(environment.WATCHDOG_USEC ?? "");
    const forUs = (environment.WATCHDOG_PID ?? `${process.pid}`) === `${process.pid}`;
    if (path !== undefined && forUs && limit > 0) this.watchdogMs = limit / 2_000;
  }

  /** A service manager listens. */
  get isHeard(): boolean {
    return this.#fd !== undefined;
  }

  /** The start has ended; said once. */
  ready(): void {
    if (this.#isReady) return;
    this.#isReady = true;
    this.#send("READY=1");
  }

  /** One sentence for `systemctl status`; said only when it changed. */
  status(text: string): void {
    if (text === this.#status) return;
    this.#status = text;
    this.#send(`STATUS=${text.replaceAll("\n", " ")}`);
  }

  /** `nowMs` on CLOCK_MONOTONIC, which the manager compares with its own. While it waits for the start, it is told
   *  of the end of that alone. */
  reloading(nowMs: number): void {
    if (!this.#isReady) return;
    this.#send(`RELOADING=1\nMONOTONIC_USEC=${Math.round(nowMs * 1000)}`);
  }

  reloaded(): void {
    if (this.#isReady) this.#send("READY=1");
  }

  stopping(): void {
    this.#send("STOPPING=1");
  }

  /** Tells the manager's watchdog from now on that this process works. */
  beat(): void {
    if (this.watchdogMs === undefined) return;
    this.#beats = setInterval(() => this.watchdog(), this.watchdogMs);
  }

  /** It ends, and is looked after no more. */
  rest(): void {
    clearInterval(this.#beats);
    this.stopping();
  }

  watchdog(): void {
    this.#send("WATCHDOG=1");
  }

  #send(text: string) {
    if (this.#fd === undefined || this.#address === undefined) return;
    try {
      sendTo(this.#fd, Buffer.from(text), this.#address, "the service manager");
    } catch {
      // The manager restarts or is gone: nothing that the cluster should suffer from.
    }
  }
}
