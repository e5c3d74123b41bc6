// Realtime for the pulse: what ha.cf asks for, as far as this process may have it.

import { reasonOf } from "../../ffi/error.ts";
import { exactTimers, lockMemory, realtime } from "../../ffi/realtime.ts";
import type { ClusterConfig } from "../config/cluster.ts";
import { Helpers, loopPriority } from "./helpers.ts";

/** Takes realtime priority and locks memory; what could not be had, one line each. */
export function prepare(
  config: Pick<ClusterConfig, "realtime" | "rtprio" | "memreserveKib">,
): string[] {
  const missing: string[] = [];
  const attempt = (what: string, verb: () => void) => {
    try {
      verb();
    } catch (error) {
      missing.push(`${what}: ${reasonOf(error)}`);
    }
  };
  if (!config.realtime) return missing;
  attempt("No exact timers", exactTimers);
  // Touched once, so that the allocator has these pages when memory is locked and later needed.
  new Uint8Array(config.memreserveKib * 1024).fill(1);
  attempt("Memory is not locked", lockMemory);
  attempt("No realtime priority", () => {
    realtime(loopPriority(config.rtprio));
    new Helpers(config).tend();
  });
  return missing;
}
