// Reads the CARP captures in test/golden/carp (format: its README).

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { RouterConfig } from "../../../src/config/router.ts";
import { routerName } from "../../../src/config/router.ts";
import { bytesToText, hexToBytes } from "../../../src/wire/bytes.ts";

export const GOLDEN = join(import.meta.dir, "../../golden/carp");

export interface VectorConfig {
  readonly vhid: number;
  readonly pass: string;
  readonly addr: string;
  readonly srcip: string;
  readonly mac: string;
  readonly advbase: number;
  readonly advskew: number;
  readonly mcastip: string;
  readonly broadcast: boolean;
  readonly eth_src?: string;
}

export interface VectorFields {
  readonly eth_dst: string;
  readonly eth_src: string;
  readonly ip?: {
    readonly tos: number;
    readonly id: number;
    readonly ttl: number;
    readonly src: string;
    readonly dst: string;
  };
  readonly carp?: {
    readonly version: number;
    readonly vhid: number;
    readonly advskew: number;
    readonly demote: number;
    readonly advbase: number;
    readonly counter: string;
    readonly md: string;
  };
}

export interface Vector {
  readonly config: VectorConfig;
  readonly frames: readonly {
    readonly name: string;
    readonly hex: string;
    readonly fields: VectorFields;
  }[];
}

export interface Reaction {
  readonly name: string;
  readonly local: Pick<VectorConfig, "vhid" | "pass" | "addr" | "srcip" | "advbase" | "advskew">;
  readonly local_deadratio: number;
  readonly state_before: "BACKUP" | "MASTER";
  readonly frame_hex: string;
  readonly frame_fields: VectorFields;
  readonly verdict: string;
  readonly states_seen: readonly string[];
  readonly log: readonly string[];
}

function read<Content>(file: string): Content {
  return JSON.parse(readFileSync(join(GOLDEN, file), "utf8")) as Content;
}

/** Names of the files with captured frames. */
export const VECTORS: readonly string[] = readdirSync(GOLDEN)
  .filter((file) => file.endsWith(".json") && file !== "reactions.json")
  .sort();

export function vector(file: string): Vector {
  return read<Vector>(file);
}

export const REACTIONS = read<{ cases: readonly Reaction[] }>("reactions.json").cases;

/** The bytes of hex digits. */
export function bytes(hex: string): Uint8Array {
  const found = hexToBytes(hex.replaceAll(":", ""));
  if (found === undefined) throw new Error(`Not hex: ${hex}`);
  return found;
}

/** A router as its command line would make it; what is not given is ucarp's default. */
export function router(
  config: Pick<VectorConfig, "vhid" | "pass" | "addr"> & Partial<VectorConfig>,
  also: Partial<RouterConfig> = {},
): RouterConfig {
  return {
    name: routerName("eth0", config.vhid),
    device: "eth0",
    vhid: config.vhid,
    password: bytesToText(new TextEncoder().encode(config.pass)),
    addresses: [{ family: 4, address: config.addr }],
    advbase: config.advbase ?? 1,
    advskew: config.advskew ?? 0,
    deadratio: 3,
    preempt: false,
    neutral: false,
    multicast: config.mcastip ?? "224.0.0.18",
    broadcast: config.broadcast ?? false,
    peers: [],
    dialect: "ucarp",
    seal: "auto",
    sourceMac: config.eth_src?.startsWith("00:00:5e:00:01") === true ? "bsd" : "ucarp",
    vmac: false,
    ignoreIfState: false,
    holdsAddresses: false,
    scriptTimeoutMs: 10_000,
    shutdown: true,
    likeUcarp: false,
    track: [],
    announceIntervalMs: 0,
    ...also,
  };
}
