// Whether the agent may do what its work needs: addresses, raw packets, real time, locked memory.

import { about, type Finding } from "../finding.ts";

/** Of capabilities(7), by their bits. */
const bits = {
  CAP_NET_BIND_SERVICE: 10,
  CAP_NET_ADMIN: 12,
  CAP_NET_RAW: 13,
} as const;

export interface PrivilegeFacts {
  /** CapEff of /proc/PID/status: the agent's, or while it does not run of who asks; absent: not to be seen. */
  readonly effective?: string;
  readonly isAgent: boolean;
  /** What the pulse could not have at start. */
  readonly missing: readonly string[];
  /** It puts addresses up. */
  readonly holdsAddresses: boolean;
  readonly port: number;
  readonly hasUnit: boolean;
}

export function judgePrivilege(facts: PrivilegeFacts): Finding[] {
  const { ok, warn, fail } = about("capabilities");
  const { effective, isAgent, missing, hasUnit } = facts;
  const findings: Finding[] = [];
  const lacking = effective === undefined ? [] : lackingOf(effective, facts);
  if (lacking.length > 0) {
    const who = isAgent ? "The agent" : "Who asks";
    const text = `${who} has no ${lacking.join(", ")}`;
    const hint = hasUnit
      ? "Let systemd start it: systemctl restart hb"
      : "Start it as root; of a container, with these capabilities";
    findings.push(isAgent ? fail(text, { hint }) : warn(text, { fix: "sudo hb doctor" }));
  }
  for (const text of missing) {
    const hint = hasUnit
      ? "The unit of hb allows it: hb show unit"
      : "Start it with CAP_SYS_NICE and CAP_IPC_LOCK, or as root";
    findings.push(warn(text, { hint }));
  }
  if (findings.length > 0) return findings;
  return [ok(isAgent ? "The agent has what it needs" : "Who asks has what an agent needs")];
}

function lackingOf(effective: string, { holdsAddresses, port }: PrivilegeFacts): string[] {
  const needed: Readonly<Record<keyof typeof bits, boolean>> = {
    CAP_NET_BIND_SERVICE: port < 1_024,
    CAP_NET_ADMIN: holdsAddresses,
    CAP_NET_RAW: true,
  };
  const held = BigInt(`0x${effective}`);
  return Object.entries(bits).flatMap(([name, bit]) => {
    const isNeeded = needed[name as keyof typeof bits];
    return isNeeded && (held & (1n << BigInt(bit))) === 0n ? [name] : [];
  });
}
