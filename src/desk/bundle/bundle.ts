// A support bundle: what somebody who helps from afar needs to see of this host, in one file, without
// a secret.

import { closeSync, openSync, rmSync, writeSync } from "node:fs";
import type { Examination } from "../doctor/doctor.ts";
import { contentsOf } from "./contents.ts";
import { Redactor } from "./redactor.ts";
import { gatherSecrets } from "./secrets.ts";

export interface Bundled {
  readonly files: number;
  readonly bytes: number;
}

const readme = `What "hb doctor --bundle" saw of one host of a cluster.

doctor.json   what the doctor found
conf/         the configuration; keys, passwords, arguments of scripts and comments are left out
status.json   what the agent knows, as "hb status --json" prints it
events.jsonl  what happened, as "hb events --json" prints it
log/          the ends of the log files: the lines of hb alone, not what scripts printed
agent/        the agent's two processes: rights and limits
system/       network, packet filter and kernel

"[redacted]" stands where a secret stood, or what could have been one. Addresses and names of hosts are
there: look at it before you send it to somebody who may not know them.
`;

/** Writes the bundle to a file that must not be there yet. Throws what the system says. */
export async function writeBundle(
  path: string,
  { taken, findings }: Examination,
): Promise<Bundled> {
  const gathered = gatherSecrets(taken);
  const redactor = new Redactor(gathered.secrets);
  const contents = await contentsOf(taken, gathered, findings);
  const root = `hb-${taken.self.replace(/[^\w.-]/g, "_")}`;
  const entries = [...contents].map(([name, text]) => {
    const clean = redactor.clean(text);
    if (redactor.isLeaking(clean))
      throw new Error(`A secret is left in ${name}: nothing is written`);
    return [`${root}/${name}`, Buffer.from(clean, "latin1")] as const;
  });
  const archive = new Bun.Archive(
    Object.fromEntries([[`${root}/README`, Buffer.from(readme)], ...entries]),
    { compress: "gzip" },
  );
  const packed = await archive.bytes();
  put(path, packed);
  return { files: entries.length + 1, bytes: packed.length };
}

/** For whoever asks alone. A link that somebody laid there is not followed. */
function put(path: string, bytes: Uint8Array): void {
  const fd = openSync(path, "wx", 0o600);
  try {
    for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at);
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    closeSync(fd);
  }
}
