// Which hb this is. The version is package.json's, embedded when the binary is built.

import { version } from "../../package.json";

export const release = {
  version,
  /** The Heartbeat whose wire protocol is spoken. */
  speaks: "3.0.6",
  runtime: Bun.version,
  target: `${process.platform}-${process.arch}`,
} as const;
