// What a running ucarp did when crafted adverts were played at it (test/golden/carp/reactions.json).

import { readFileSync } from "node:fs";
import { join } from "node:path";

export interface Reaction {
  readonly name: string;
  readonly verdict: string;
  readonly local: {
    readonly vhid: number;
    readonly pass: string;
    readonly addr: string;
    readonly srcip: string;
    readonly advbase: number;
    readonly advskew: number;
    readonly preempt: boolean | null;
  };
  readonly local_deadratio: number;
  readonly state_before: "BACKUP" | "MASTER";
  readonly state_after: "BACKUP" | "MASTER";
  readonly frame_hex: string;
  readonly frame_fields: {
    readonly eth_src: string;
    readonly ip: { readonly src: string };
    readonly carp: {
      readonly advbase: number;
      readonly advskew: number;
      readonly demote: number;
      readonly counter: string;
    };
  };
  readonly garps_within_1600ms: number;
  readonly ads_within_1600ms: number;
  readonly ad_counters: readonly string[];
  readonly log: readonly string[];
}

const file = join(import.meta.dir, "../../golden/carp/reactions.json");

export const reactions: readonly Reaction[] = JSON.parse(readFileSync(file, "utf8")).cases;
