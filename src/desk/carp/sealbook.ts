// Who seals on this host, and up to which number (docs/carp-seal.md): on the disk before it is used, so
// that no life of any process here says a number twice, whatever the clock does.
//
// The agent and every `hb carp` share one file: numbers only have to grow for each router by itself, and
// what is written down only grows.

import { randomBytes } from "node:crypto";
import { closeSync, constants, mkdirSync, openSync } from "node:fs";
import { dirname } from "node:path";
import { tryLock } from "../../../ffi/path.ts";
import type { SealGrant } from "../../core/channel.ts";
import { readTextIfThere, replaceFile } from "../disk.ts";
import { firstGrant, furtherGrant, type Written } from "./sealgrant.ts";

const { O_CREAT, O_NOFOLLOW, O_RDWR } = constants;
const lockTries = 200;
const lockPauseMs = 5;

export class SealBook {
  readonly #path: string;
  readonly #clockMs: () => number;

  /** `clockMs`: unix time. */
  constructor(path: string, clockMs: () => number = Date.now) {
    this.#path = path;
    this.#clockMs = clockMs;
  }

  /** How often extend() must be called, in milliseconds: long before what was granted is over. */
  static readonly everyMs = 1_800_000;

  /** Numbers for a new life of a pulse: none of them was granted before. Throws when the file cannot be
   *  written. */
  grant(): SealGrant {
    return this.#write((written) => firstGrant(written, this.#clockMs()));
  }

  /** More numbers for the lives that run; up to where. */
  extend(): number {
    return this.#write((written) => furtherGrant(written, this.#clockMs())).until;
  }

  /** Reads, changes and writes while nobody else does. */
  #write(next: (before: Written) => SealGrant): SealGrant {
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o755 });
    const lock = openSync(`${this.#path}.lock`, O_RDWR | O_CREAT | O_NOFOLLOW, 0o600);
    try {
      for (let tries = 0; !tryLock(lock, this.#path); tries += 1) {
        if (tries === lockTries)
          throw new Error(`Cannot lock ${this.#path}: another process has it`);
        Bun.sleepSync(lockPauseMs);
      }
      const grant = next(parseSealBook(readTextIfThere(this.#path)));
      // Readable by root alone: the sender is no secret, but it is nobody's business either.
      replaceFile(this.#path, `${grant.sender} ${grant.until}\n`, { mode: 0o600 });
      return grant;
    } finally {
      closeSync(lock);
    }
  }
}

/** A file that cannot be understood is one of another host: a new sender begins. */
export function parseSealBook(text: string | undefined): Written {
  const [, sender, until] = /^([0-9a-f]{16}) ([0-9]{1,16})\n$/.exec(text ?? "") ?? [];
  const number = Number(until);
  if (sender === undefined || !Number.isSafeInteger(number)) {
    return { sender: freshSender(), until: 0 };
  }
  return { sender, until: number };
}

export function freshSender(): string {
  return randomBytes(8).toString("hex");
}
