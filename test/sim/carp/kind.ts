// Runs of virtual routers, as a kind.

import type { Kind } from "../kind.ts";
import { mended, troublesOf } from "./plan/peace.ts";
import { planOf } from "./plan.ts";
import { run } from "./run.ts";

export const carp: Kind = {
  name: "carp",
  planOf,
  play: run,
  troubles: troublesOf,
  withTroubles: mended,
};
