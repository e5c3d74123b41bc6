// What is told while packages are made, on stderr: what is under way, and how large each file is when it is there.

import { statSync } from "node:fs";
import { join } from "node:path";

const EVERY_MS = 15_000;

export class Progress {
  readonly #out: string;
  readonly #count: number;
  readonly #underWay = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #done = 0;

  /** So many files are to be made in that directory. */
  constructor(out: string, count: number) {
    this.#out = out;
    this.#count = count;
    this.#timer = setInterval(() => this.#tell(), EVERY_MS);
  }

  /** A file is made. */
  async during(name: string, made: Promise<unknown>): Promise<void> {
    const began = performance.now();
    this.#underWay.set(name, began);
    await made;
    this.#underWay.delete(name);
    this.#done += 1;
    const size = sizeOf(join(this.#out, name));
    say(`${name}, ${size} (${this.#done} of ${this.#count}, ${seconds(began)})`);
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #tell(): void {
    const each = [...this.#underWay].map(([name, began]) => `${name} for ${seconds(began)}`);
    if (each.length > 0) say(`packing ${each.join(", ")}`);
  }
}

export function say(text: string): void {
  process.stderr.write(`package: ${text}\n`);
}

export function sizeOf(path: string): string {
  return `${(statSync(path).size / 1e6).toFixed(1)} MB`;
}

const seconds = (since: number) => `${((performance.now() - since) / 1_000).toFixed(0)} s`;
