// What a restarted agent must know about the one that died: what was up here, and when that was
// last true. Two files in the run directory: the groups (written when they change) and a stamp
// (often).
//
// Both name the boot of the host: moments of another boot mean nothing. A graceful leave forgets. What
// cannot be written is not there either: an old memory would have a restarted agent hold what is another's.

import { closeSync, constants, openSync, rmSync, writeSync } from "node:fs";
import { reasonOf } from "../../ffi/error.ts";
import type { Instant } from "../core/instant.ts";
import { type GroupMemory, type RememberedGroup, saysTheSame } from "../core/memory.ts";
import { readTextIfThere, replaceFile } from "./disk.ts";
import type { Places } from "./place.ts";

const { O_CREAT, O_NOFOLLOW, O_TRUNC, O_WRONLY } = constants;
const writeFlags = O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW;

interface Kept {
  readonly boot: string;
  readonly memory: GroupMemory;
}

export class Remember {
  #memory: GroupMemory | undefined;
  #stamp: number | undefined;

  readonly #places: Pick<Places, "memory" | "pulsed">;
  readonly #boot: string;
  readonly #complain: (text: string) => void;
  #isWritten = false;

  /** `boot` is the kernel's boot id. */
  constructor(
    places: Pick<Places, "memory" | "pulsed">,
    boot: string,
    complain: (text: string) => void = () => {},
  ) {
    this.#places = places;
    this.#boot = boot;
    this.#complain = complain;
  }

  /** Keeps this instead of what was kept before. The last alive moment is the memory's own. */
  keep(memory: GroupMemory): void {
    const was = this.#memory;
    this.#memory = memory;
    const isSame = was !== undefined && saysTheSame(was, memory);
    if (!isSame || !this.#isWritten) this.#write(memory);
    this.alive(memory.at);
  }

  /** Says that what is kept was still true at this moment. One small write in place. */
  alive(now: Instant): void {
    const memory = this.#memory;
    if (memory === undefined || now < memory.at) return;
    this.#memory = { ...memory, at: now };
    try {
      this.#stamp ??= openSync(this.#places.pulsed, writeFlags, 0o644);
      // Always the same length: a reader never sees the tail of an older stamp.
      writeSync(this.#stamp, `${now.toFixed(3).padStart(24)}\n`, 0);
    } catch {
      // The memory looks older than it is: then less is believed of it.
    }
  }

  /** What is kept now, with the last moment at which it was true. */
  get memory(): GroupMemory | undefined {
    return this.#memory;
  }

  /** What the last run left behind on this boot of the host; undefined after a graceful leave. */
  recall(): GroupMemory | undefined {
    const text = readTextIfThere(this.#places.memory);
    if (text === undefined) return undefined;
    const kept = parseKept(text);
    if (kept === undefined || kept.boot !== this.#boot) return undefined;
    const stamp = Number.parseFloat(readTextIfThere(this.#places.pulsed) ?? "");
    const at = Math.max(kept.memory.at, Number.isFinite(stamp) ? stamp : 0) as Instant;
    this.#memory = { ...kept.memory, at };
    this.#isWritten = true;
    return this.#memory;
  }

  #write(memory: GroupMemory): void {
    const kept: Kept = { boot: this.#boot, memory };
    try {
      replaceFile(this.#places.memory, `${JSON.stringify(kept)}\n`, { sync: false });
      this.#isWritten = true;
    } catch (error) {
      this.#isWritten = false;
      rmSync(this.#places.memory, { force: true });
      this.#complain(`An agent after this one will not know what is up here: ${reasonOf(error)}`);
    }
  }

  /** Nothing is up here any more, by our own doing. */
  forget(): void {
    this.#memory = undefined;
    if (this.#stamp !== undefined) closeSync(this.#stamp);
    this.#stamp = undefined;
    this.#isWritten = false;
    rmSync(this.#places.memory, { force: true });
    rmSync(this.#places.pulsed, { force: true });
  }
}

/** What the file of the groups says; undefined when it is not whole. */
export function parseKept(text: string): Kept | undefined {
  try {
    const kept = JSON.parse(text) as Partial<Kept> | null;
    const { at, deadtimeMs = 0, groups }: Partial<GroupMemory> = kept?.memory ?? {};
    const whole = typeof kept?.boot === "string" && [at, deadtimeMs].every(Number.isFinite);
    const good = whole && Array.isArray(groups) && groups.every(isRemembered);
    return good ? (kept as Kept) : undefined;
  } catch {
    return undefined;
  }
}

function isRemembered(value: Partial<RememberedGroup> | null): boolean {
  return (
    typeof value?.key === "string" &&
    typeof value.assigned?.node === "string" &&
    Number.isSafeInteger(value.assigned.epoch) &&
    isWords(value.up) &&
    (value.off === undefined || isWords(value.off))
  );
}

function isWords(value: unknown): boolean {
  return Array.isArray(value) && value.every((word) => typeof word === "string");
}
