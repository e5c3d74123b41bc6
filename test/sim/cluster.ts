// A made-up world as the stories and the seeded runs see it: lines of what happened, and violations of the
// laws.

import type { Act } from "../../src/sim/act.ts";
import type { Host } from "../../src/sim/host/host.ts";
import type { Sight } from "../../src/sim/sight.ts";
import { World } from "../../src/sim/world.ts";
import { type Spec, shapeOf } from "./plainshape.ts";

export interface Line {
  readonly at: number;
  readonly node: string;
  readonly text: string;
  readonly level: string;
}

type Answer = Extract<Sight, { readonly saw: "answered" }>;

/** Far more than any honest exchange among five nodes needs. */
const stormPerSecond = 400;

export class Cluster {
  readonly spec: Spec;
  readonly world: World;
  readonly lines: Line[] = [];
  readonly violations: string[] = [];
  readonly answers: Answer[] = [];
  readonly #open = new Map<number, string>();
  readonly #sent = new Map<string, { readonly second: number; readonly count: number }>();

  constructor(spec: Spec) {
    this.spec = spec;
    this.world = new World(shapeOf(spec), { onlookers: [(sight) => this.#saw(sight)] });
  }

  get now(): number {
    return this.world.now;
  }

  get hosts(): readonly Host[] {
    return this.world.hosts;
  }

  host(name: string): Host {
    return this.world.host(name);
  }

  act(act: Act): void {
    this.world.act(act);
  }

  advance(ms: number): void {
    this.world.advance(ms);
  }

  startAll(): void {
    for (const { name: node } of this.hosts) this.act({ act: "start", node });
  }

  hears(from: string, to: string): boolean {
    return this.world.hears(from, to);
  }

  holders(word: string): string[] {
    return this.world.holders(word);
  }

  /** Requests without an answer. */
  get unanswered(): { readonly request: number; readonly node: string }[] {
    return [...this.#open].map(([request, node]) => ({ request, node }));
  }

  violated(law: string): void {
    this.violations.push(`${(this.now / 1000).toFixed(3)} s: ${law}`);
  }

  #saw(sight: Sight): void {
    switch (sight.saw) {
      case "address":
        if (sight.how !== "power") this.#line(sight.node, `${sight.how} ${sight.word}`, "move");
        return;
      case "script":
        if (sight.action !== "status" && sight.phase === "begins") {
          this.#line(sight.node, `${sight.action} ${sight.word}`, "move");
        }
        return;
      case "announce":
        for (const word of sight.words) this.#line(sight.node, `announce ${word}`, "announce");
        return;
      case "log":
        this.#line(sight.node, sight.text, sight.level);
        return;
      case "sent":
        this.#count(sight.node);
        return;
      case "asked":
        this.#open.set(sight.request, sight.node);
        return;
      case "answered":
        this.answers.push(sight);
        this.#open.delete(sight.request);
        return;
      case "breach":
        this.violated(`${sight.node}: ${sight.text}`);
    }
  }

  #line(node: string, text: string, level: string): void {
    this.lines.push({ at: this.now, node, text, level });
  }

  /** A node that sends that much has lost its temper. */
  #count(from: string): void {
    const second = Math.floor(this.now / 1_000);
    const sent = this.#sent.get(from);
    const count = sent?.second === second ? sent.count + 1 : 1;
    this.#sent.set(from, { second, count });
    if (count === stormPerSecond) this.violated(`${from} sent ${count} messages in a second`);
  }
}
