// What a script's end means: its exit code, and for the status of a Heartbeat script its words.
// Rules: heartbeat-resources 7.4 (scripts), the OCF resource agent API (agents), systemctl(1)
// (units).

import type { ScriptResource } from "../config/resource.ts";

export type Action = "start" | "stop" | "status";

export interface Ending {
  /** Exit code; undefined when a signal ended it. */
  readonly code: number | undefined;
  readonly signal?: string;
  /** What it wrote to stdout, as far as it was kept. */
  readonly output: string;
}

export interface Verdict {
  readonly ok: boolean;
  readonly text: string;
}

/** Whether the words of a Heartbeat script's status say that the resource runs. */
export function saysRunning(output: string): boolean {
  // "not" in any case, a blank, and later "running": stopped, whatever else it says.
  const not = output.search(/not /i);
  if (not >= 0 && /[rR]unning/.test(output.slice(not))) return false;
  return /[rR]unning|OK/.test(output);
}

const ocfReasons: Readonly<Record<number, string>> = {
  1: "generic error",
  2: "wrong arguments",
  3: "action not implemented",
  4: "insufficient privileges",
  5: "software not installed",
  6: "not configured",
  7: "not running",
  8: "running as primary",
  9: "failed as primary",
};

/** Judges one finished run. `text` says why when it is not ok. */
export function verdictOf(style: ScriptResource["style"], action: Action, end: Ending): Verdict {
  if (end.code === undefined) return { ok: false, text: `killed by ${end.signal ?? "a signal"}` };
  if (action === "status") return statusOf(style, end.code, end.output);
  if (end.code === 0) return { ok: true, text: "" };
  const reason = style === "ocf" ? ocfReasons[end.code] : undefined;
  return { ok: false, text: `exit code ${end.code}${reason === undefined ? "" : ` (${reason})`}` };
}

function statusOf(style: ScriptResource["style"], code: number, output: string): Verdict {
  switch (style) {
    case "heartbeat": {
      const ok = saysRunning(output);
      return { ok, text: ok ? "" : "not running" };
    }
    case "ocf": {
      const ok = code === 0 || code === 8;
      return { ok, text: ok ? "" : (ocfReasons[code] ?? `exit code ${code}`) };
    }
    case "systemd":
      return { ok: code === 0, text: code === 0 ? "" : output.trim() || "not active" };
  }
}
