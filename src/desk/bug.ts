// What happens when this program is wrong: it says where, and ends.

import type { Log } from "./log.ts";

const failed = 1;

/** A bug stops the process: the pulse notices, and the next one takes over what is up. */
export function stopOnBugs(log: Log): void {
  const stop = (error: unknown) => {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    for (const line of text.split("\n")) log.error(line, "bug");
    log.drained(1_000).then(() => process.exit(failed));
  };
  process.on("uncaughtException", stop);
  process.on("unhandledRejection", stop);
}
