// What this process may do to the network: asked before it starts, so that who started it hears one
// sentence and not the failure of the first system call.

import { readTextIfThere } from "../disk.ts";

/** Numbers of capabilities (linux/capability.h). */
const capabilities = { CAP_NET_ADMIN: 12n, CAP_NET_RAW: 13n } as const;

type Capability = keyof typeof capabilities;

/** Those of these that this process does not have; none where the kernel does not tell. */
export function missingCapabilities(wanted: readonly Capability[]): readonly Capability[] {
  const status = readTextIfThere("/proc/self/status") ?? "";
  const effective = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  if (effective === undefined) return [];
  const bits = BigInt(`0x${effective}`);
  return wanted.filter((name) => ((bits >> capabilities[name]) & 1n) === 0n);
}
