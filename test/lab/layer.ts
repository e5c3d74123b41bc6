// Directories of this machine in which a host of a lab may write what it likes, as if they were its own: over each
// lies a layer in memory, which is gone with the host.

import type { Host } from "./host.ts";

const LAY = `
room=/run/lab/layer
mkdir -p "$room"
mount -t tmpfs layer "$room"
for at; do
  own=$room$at
  mkdir -p "$own/upper" "$own/work" "$own/whole"
  mount -t overlay -o "lowerdir=$at,upperdir=$own/upper,workdir=$own/work" layer "$own/whole"
  # What the lab has mounted below it stays where it is.
  findmnt -rno TARGET | { grep "^$at/" || :; } | while read -r below; do
    mount --bind "$below" "$own/whole\${below#"$at"}"
  done
  mount --rbind "$own/whole" "$at"
done
`;

/** Lays them; once for a host. */
export async function layOver(host: Host, ...directories: readonly string[]): Promise<void> {
  const said = await host.exec(["bash", "-euc", LAY, "_", ...directories]);
  if (said.code !== 0) throw new Error(`Cannot lay over ${directories.join(", ")}: ${said.stderr}`);
}
