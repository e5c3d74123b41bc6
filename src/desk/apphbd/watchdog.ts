// The watchdog that apphbd.cf may name: fed for as long as the server's own loop turns.

import { reasonOf } from "../../../ffi/error.ts";
import type { Log } from "../log.ts";

/** What the pulse's watchdog device does; handed in, for the desk does not know the pulse. */
export interface Watchdog {
  feed(): void;
  release(): void;
}

/** Opens it and feeds it; gives what ends that. It cannot be opened: said, and nothing else. */
export function keepFed(open: () => Watchdog, intervalMs: number, log: Log): () => void {
  let device: Watchdog;
  try {
    device = open();
  } catch (error) {
    log.error(`Cannot open watchdog device: ${reasonOf(error)}`);
    return () => {};
  }
  const timer = setInterval(() => {
    try {
      device.feed();
    } catch (error) {
      clearInterval(timer);
      log.error(`Watchdog write failure: ${reasonOf(error)}`);
    }
  }, intervalMs);
  return () => {
    clearInterval(timer);
    try {
      device.release();
    } catch (error) {
      log.error(`The watchdog goes on without us: ${reasonOf(error)}`);
    }
  };
}
