// What an agent hears from whoever may signal it: to end, to go on as another process, to read its files again.
// In Heartbeat's place it hears what that heard.

import { inTurn, serveHangup } from "./hangup.ts";
import type { Log } from "./log.ts";

export interface SignalTasks {
  end(): void;
  anew(): void;
  reload(): Promise<void>;
}

type Handlers = Readonly<Partial<Record<NodeJS.Signals, () => void>>>;

/** Carries these out until the function that it gives is called. */
export function hearSignals(tasks: SignalTasks): () => void {
  const { end, anew } = tasks;
  return hear({ SIGTERM: end, SIGINT: end, SIGUSR1: anew }, tasks);
}

/** As 3.0.6: SIGINT is nothing, SIGUSR1 and SIGUSR2 are for the log (heartbeat-config 6). */
export function hearSignalsAsHeartbeat(tasks: SignalTasks, log: Log): () => void {
  const handlers = {
    SIGTERM: tasks.end,
    SIGINT: () => {},
    SIGUSR1: () => log.debugs(true),
    SIGUSR2: () => log.debugs(false),
  };
  return hear(handlers, tasks);
}

function hear(handlers: Handlers, { reload }: SignalTasks): () => void {
  const each = Object.entries(handlers) as [NodeJS.Signals, () => void][];
  for (const [signal, handler] of each) process.on(signal, handler);
  const stop = serveHangup(inTurn(reload));
  return () => {
    for (const [signal, handler] of each) process.off(signal, handler);
    stop();
  };
}
