// Which hb this is. The version and its day are package.json's, embedded when the binary is built.

import { date, version } from "../../package.json";

export const release = {
  version,
  /** ISO. Pages and packages carry it: they are the same bytes on whatever day they are made. */
  date,
  /** The Heartbeat whose wire protocol is spoken. */
  speaks: "3.0.6",
  runtime: Bun.version,
  target: `${process.platform}-${process.arch}`,
} as const;

/** Where a package or an administrator puts hb. */
const usualBinary = "/usr/local/sbin/hb";

/** The path of this binary; undefined while hb runs from its sources. */
export function ownBinary(): string | undefined {
  return Bun.main.startsWith("/$bunfs/") ? process.execPath : undefined;
}

/** The path of hb for files that name it. */
export function thisBinary(): string {
  return ownBinary() ?? usualBinary;
}
