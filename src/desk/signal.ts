// What an agent hears from whoever may signal it: to end, to go on as another process, to read its files again.

import { inTurn, serveHangup } from "./hangup.ts";

export interface SignalTasks {
  end(): void;
  anew(): void;
  reload(): Promise<void>;
}

/** Carries these out until the function that it gives is called. */
export function hearSignals({ end, anew, reload }: SignalTasks): () => void {
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
  process.on("SIGUSR1", anew);
  const stop = serveHangup(inTurn(reload));
  return () => {
    process.off("SIGTERM", end);
    process.off("SIGINT", end);
    process.off("SIGUSR1", anew);
    stop();
  };
}
