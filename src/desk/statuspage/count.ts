// Counts what happens, for monitoring: events by kind, late heartbeats, lost packets, deaths, takeovers and
// how long they took. Since this agent began; what there is to count, docs/events.md says.

import { Histogram, type HistogramCounts } from "../../core/histogram.ts";
import type { Event } from "../journal/event.ts";
import type { Sample } from "./metric.ts";

/** In seconds; a takeover of addresses alone takes milliseconds, one of a database minutes. */
const tookEdges = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300];
/** Names come from the network; more than that are no cluster. */
const rowsMax = 1_000;

/** One counter with labels. */
class Row {
  readonly #counts = new Map<string, { labels: Readonly<Record<string, string>>; value: number }>();

  add(labels: Readonly<Record<string, string>>, by = 1): void {
    const key = JSON.stringify(labels);
    const known = this.#counts.get(key);
    if (known !== undefined) known.value += by;
    else if (this.#counts.size < rowsMax) this.#counts.set(key, { labels, value: by });
  }

  samples(): Sample[] {
    return [...this.#counts.values()].map(({ labels, value }) => ({ labels, value }));
  }
}

export class Count {
  readonly #events = new Row();
  readonly #late = new Row();
  readonly #lost = new Row();
  readonly #deaths = new Row();
  readonly #takeovers = new Row();
  readonly #took = new Histogram(tookEdges);

  hear(event: Event): void {
    const { kind, level, peer, lost, act, outcome, tookMs } = event;
    this.#events.add({ kind, level });
    if (typeof peer === "string") {
      if (kind === "late") this.#late.add({ node: peer });
      if (kind === "dead") this.#deaths.add({ node: peer });
      if (kind === "loss" && typeof lost === "number") this.#lost.add({ node: peer }, lost);
    }
    if (kind !== "group" || act !== "take" || typeof outcome !== "string") return;
    this.#takeovers.add({ group: String(event.group), outcome });
    if (outcome === "held" && typeof tookMs === "number") this.#took.add(tookMs / 1_000);
  }

  get events(): Sample[] {
    return this.#events.samples();
  }

  get late(): Sample[] {
    return this.#late.samples();
  }

  get lost(): Sample[] {
    return this.#lost.samples();
  }

  get deaths(): Sample[] {
    return this.#deaths.samples();
  }

  get takeovers(): Sample[] {
    return this.#takeovers.samples();
  }

  /** How long takeovers took that ended with the group held, in seconds. */
  get took(): HistogramCounts {
    return this.#took.counts();
  }
}
