// A null-modem cable of pseudo-terminals, in the hands of the test: it can be cut, mended, made as slow as
// a real line, and spoken into. Its two ends are ttys for any program on this machine.
//
// Ptys have no speed and no buffer of a UART: with `baud` the cable itself takes and gives bytes at the
// pace of the line (10 bits are a byte), and no more than a UART's worth is on its way.

import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Pty } from "./pty.ts";

const TICK_MS = 2;
/** What a slow cable may deliver late in one go, when this process was not given the processor. */
const CATCH_UP_MS = 50;

interface End {
  pty: Pty;
  readonly path: string;
  /** Bytes that came out of the other end's program and are on their way here. */
  pending: Buffer;
  allowance: number;
  /** Everything that was delivered here, and when the last of it was, by the wall clock. */
  bytes: number;
  atMs: number;
}

export class Cable {
  readonly left: End;
  readonly right: End;
  readonly #folder = mkdtempSync(join(tmpdir(), "cable-"));
  readonly #bytesPerMs: number | undefined;
  readonly #timer: Timer;
  #at = performance.now();
  #isCut = false;
  #isStuck = false;

  constructor(name = "ttyC", baud?: number) {
    this.left = this.#end(`${name}.left`);
    this.right = this.#end(`${name}.right`);
    this.#bytesPerMs = baud === undefined ? undefined : baud / 10_000;
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** What is sent is lost, as on a cable that was cut. */
  cut(): void {
    this.#isCut = true;
    this.left.pending = this.right.pending = Buffer.alloc(0);
  }

  mend(): void {
    this.#isCut = false;
    this.#isStuck = false;
  }

  /** What is sent does not even leave, as with RTS/CTS and nobody at the other end. */
  stick(): void {
    this.#isStuck = true;
  }

  /** Bytes from nowhere arrive at one end. */
  noise(end: "left" | "right", bytes: Uint8Array | string): void {
    this[end].pending = Buffer.concat([
      this[end].pending,
      typeof bytes === "string" ? Buffer.from(bytes, "latin1") : Buffer.from(bytes),
    ]);
  }

  /** Pulls the adapter out at one end: the tty is hung up and its name is gone. */
  unplug(end: "left" | "right"): void {
    rmSync(this[end].path, { force: true });
    this[end].pty.close();
  }

  /** Puts an adapter in again under the old name. */
  plug(end: "left" | "right"): void {
    this[end].pty = new Pty();
    symlinkSync(this[end].pty.path, this[end].path);
  }

  close(): void {
    clearInterval(this.#timer);
    for (const end of [this.left, this.right]) {
      end.pty.close();
      // Whoever was killed has left its lock; ttys of these names are nobody else's.
      for (const name of [end.path, end.pty.path].map((path) => basename(path))) {
        rmSync(join("/var/lock", `LCK..${name}`), { force: true });
      }
    }
    rmSync(this.#folder, { force: true, recursive: true });
  }

  #end(name: string): End {
    const pty = new Pty();
    const path = join(this.#folder, name);
    symlinkSync(pty.path, path);
    return { pty, path, pending: Buffer.alloc(0), allowance: 0, bytes: 0, atMs: 0 };
  }

  #tick(): void {
    const now = performance.now();
    const passedMs = Math.min(now - this.#at, CATCH_UP_MS);
    this.#at = now;
    this.#carry(this.left, this.right, passedMs);
    this.#carry(this.right, this.left, passedMs);
  }

  #carry(from: End, to: End, passedMs: number): void {
    const pace = this.#bytesPerMs;
    to.allowance = pace === undefined ? 65_536 : Math.min(to.allowance + pace * passedMs, 512);
    const room = Math.floor(to.allowance) - to.pending.length;
    if (!this.#isStuck && room > 0) {
      const said = Buffer.from(from.pty.read(room), "latin1");
      if (this.#isCut) to.allowance -= said.length;
      else if (said.length > 0) to.pending = Buffer.concat([to.pending, said]);
    }
    const due = to.pending.subarray(0, Math.floor(to.allowance));
    if (due.length === 0) return;
    const sent = to.pty.write(due);
    to.bytes += sent;
    if (sent > 0) to.atMs = performance.timeOrigin + performance.now();
    to.allowance -= sent;
    to.pending = to.pending.subarray(sent);
  }
}
