// Whether another program has the UDP port of the heartbeats.

import { about, type Finding } from "../finding.ts";

/** A process with a socket on the port. */
export interface Holder {
  readonly pid: number;
  readonly name: string;
  /** Its systemd unit, where systemd runs. */
  readonly unit?: string;
}

export interface PortFacts {
  readonly port: number;
  /** Without the agent's own processes. */
  readonly others: readonly Holder[];
  /** Sockets of others whose process cannot be seen. */
  readonly unseen: number;
  readonly isAgentRunning: boolean;
}

export function judgePort({ port, others, unseen, isAgentRunning }: PortFacts): Finding[] {
  const { ok, warn, fail } = about("port");
  if (others.length === 0 && unseen === 0) {
    return [ok(isAgentRunning ? `udp ${port} is the agent's alone` : `udp ${port} is free`)];
  }
  if (others.length === 0) {
    // Only root sees whose sockets are whose.
    const text = `Who holds udp ${port} cannot be seen`;
    return [warn(text, { fix: `sudo ss -unlp sport = :${port}` })];
  }
  return others.map(({ pid, name, unit }) => {
    const fix = unit === undefined ? `kill ${pid}` : `systemctl disable --now ${unit}`;
    return fail(`${name} (pid ${pid}) holds udp ${port}, which is for heartbeats`, { fix });
  });
}
