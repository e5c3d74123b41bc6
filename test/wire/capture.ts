// Reads the captures of real Heartbeat in test/golden/heartbeat (format: its README).

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { hexToBytes } from "../../src/wire/bytes.ts";
import type { AuthKey, Keyring, Method } from "../../src/wire/keyring.ts";

export const GOLDEN = join(import.meta.dir, "../golden/heartbeat");

export interface CapturedPacket {
  readonly number: number;
  /** Milliseconds since the first packet. */
  readonly timeMs: number;
  /** "udp", "icmp", or the direction of a serial chunk. */
  readonly way: string;
  /** Address of the sender without its port; empty on serial lines. */
  readonly from: string;
  readonly bytes: Uint8Array;
}

/** Every packet or chunk of a capture, in order; ARP frames are left out. */
export function readCapture(path: string): CapturedPacket[] {
  const packets: CapturedPacket[] = [];
  for (const block of readFileSync(path, "latin1").split("\n\n")) {
    const lines = new Map<string, string>();
    for (const line of block.split("\n")) {
      const space = line.indexOf(" ");
      if (!line.startsWith("#")) lines.set(line.slice(0, space), line.slice(space + 1));
    }
    const number = lines.get("packet") ?? lines.get("chunk");
    const way = lines.get("proto") ?? lines.get("dir") ?? "";
    if (number === undefined || way === "arp") continue;
    const bytes = hexToBytes((lines.get("hex") ?? "").trim());
    if (bytes === undefined || bytes.length !== Number(lines.get("len"))) {
      throw new Error(`${path}: packet ${number} is damaged`);
    }
    const from = (lines.get("from") ?? "").replace(/:\d+$/, "");
    const timeMs = Number(lines.get("time")) * 1000;
    packets.push({ number: Number(number), timeMs, way, from, bytes });
  }
  return packets;
}

/** The capture files of all directories, or of those that `wanted` accepts, as paths below GOLDEN. */
export function captures(wanted: (path: string) => boolean = () => true): string[] {
  const isCapture = (path: string) =>
    /^packet \d|^chunk \d/m.test(readFileSync(join(GOLDEN, path), "latin1"));
  return readdirSync(GOLDEN, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== "arp")
    .flatMap(({ name }) => readdirSync(join(GOLDEN, name)).map((file) => `${name}/${file}`))
    .filter((path) => path.endsWith(".txt") && wanted(path) && isCapture(path))
    .sort();
}

/** The keyring of the `authkeys` file beside a capture. */
export function keyringOf(directory: string): Keyring {
  const words = readFileSync(join(GOLDEN, directory, "authkeys"), "latin1")
    .trim()
    .split(/\s+/);
  const active = Number(words[1]);
  const keys: AuthKey[] = [];
  for (let at = 2; at < words.length; ) {
    const method = words[at + 1] as Method;
    const key = method === "crc" ? "" : (words[at + 2] ?? "");
    keys.push({ number: Number(words[at]), method, key });
    at += method === "crc" ? 2 : 3;
  }
  return { active, keys };
}
