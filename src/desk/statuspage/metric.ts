// Metrics as Prometheus reads them: its text format 0.0.4, with the UNIT lines of OpenMetrics, which are
// comments there. What is measured, exposition.ts knows.

import type { HistogramCounts } from "../../core/histogram.ts";

export interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Family {
  /** Ends in the unit, then `_total` for a counter. */
  readonly name: string;
  readonly help: string;
  readonly unit?: "seconds" | "bytes";
}

/** A value that goes up and down. Without samples: nothing, for a family without a value is no fact. */
export function gauge(family: Family, samples: readonly Sample[]): string {
  return plain("gauge", family, samples);
}

/** A value that only grows, until the process ends. */
export function counter(family: Family, samples: readonly Sample[]): string {
  return plain("counter", family, samples);
}

export function histogram(family: Family, all: readonly HistogramCounts[]): string {
  if (all.length === 0) return "";
  const { name } = family;
  const lines = all.flatMap(({ buckets, count, sum }) => [
    ...buckets.map(([upTo, so]) => line(`${name}_bucket`, { le: String(upTo) }, so)),
    line(`${name}_bucket`, { le: "+Inf" }, count),
    line(`${name}_sum`, {}, sum),
    line(`${name}_count`, {}, count),
  ]);
  return head("histogram", family) + lines.join("");
}

function plain(type: "gauge" | "counter", family: Family, samples: readonly Sample[]): string {
  if (samples.length === 0) return "";
  const lines = samples.map(({ labels = {}, value }) => line(family.name, labels, value));
  return head(type, family) + lines.join("");
}

function head(type: string, { name, help, unit }: Family): string {
  const unitLine = unit === undefined ? "" : `# UNIT ${name} ${unit}\n`;
  return `# HELP ${name} ${escaped(help)}\n# TYPE ${name} ${type}\n${unitLine}`;
}

function line(name: string, labels: Readonly<Record<string, string>>, value: number): string {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}="${quoted(text)}"`);
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}\n`;
}

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll("\n", "\\n");
}

function quoted(text: string): string {
  return escaped(text).replaceAll('"', '\\"');
}
