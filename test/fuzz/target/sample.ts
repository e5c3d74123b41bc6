// Inputs that are there already: captures of real programs, keys, example files.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { bytesToText, hexToBytes, textToBytes } from "../../../src/wire/bytes.ts";
import type { Keyring } from "../../../src/wire/keyring.ts";
import { captures, GOLDEN, keyringOf, readCapture } from "../../wire/capture.ts";

const root = join(import.meta.dir, "../../..");

/** One key of each method. */
export const keys: Keyring = {
  active: 2,
  keys: [
    { number: 0, method: "crc", key: "" },
    { number: 1, method: "md5", key: "mellon" },
    { number: 2, method: "sha1", key: "sesame" },
    { number: 15, method: "sha256", key: "k".repeat(100) },
  ],
};

/** The same keys, another of which signs. */
export function keysBy(which: number): Keyring {
  const key = keys.keys[which % keys.keys.length];
  return { ...keys, active: key?.number ?? 2 };
}

/** Packets of real Heartbeat nodes, each form of message a few times. */
export function heartbeatPackets(): Uint8Array[] {
  const kinds = new Map<string, Uint8Array>();
  for (const path of captures((each) => !each.startsWith("serial-"))) {
    for (const { bytes } of readCapture(join(GOLDEN, path))) {
      const type = /\bt=([^,\n]*)/.exec(bytesToText(bytes))?.[1] ?? "";
      const key = `${path.split("/")[0]} ${type}`;
      if (!kinds.has(key)) kinds.set(key, bytes);
    }
  }
  return [...kinds.values()];
}

/** What crossed a serial line between two of them. */
export function serialStreams(): Uint8Array[] {
  return captures((each) => each.startsWith("serial-")).map((path) => {
    const chunks = readCapture(join(GOLDEN, path)).map(({ bytes }) => [...bytes]);
    return Uint8Array.from(chunks.flat().slice(0, 4_000));
  });
}

/** A key that signed packets among the captures. */
export function capturedKeys(): Keyring {
  return keyringOf("core-sha1-mcast");
}

/** Frames of real ucarp and BSD hosts. */
export function carpFrames(): Uint8Array[] {
  const folder = join(root, "test/golden/carp");
  const files = readdirSync(folder).filter((name) => name.endsWith(".json"));
  return files.flatMap((name) => {
    const text = readFileSync(join(folder, name), "utf8");
    const hexes = [...text.matchAll(/"(?:hex|frame_hex)": *"([0-9a-f]+)"/g)];
    return hexes.slice(0, 40).flatMap(([, hex]) => hexToBytes(hex ?? "") ?? []);
  });
}

/** Files of this name among the captures. */
export function capturedFiles(name: string): Uint8Array[] {
  return readdirSync(GOLDEN, { recursive: true, encoding: "utf8" })
    .filter((path) => path.endsWith(`/${name}`))
    .map((path) => readFileSync(join(GOLDEN, path)))
    .map((bytes) => Uint8Array.from(bytes));
}

/** The examples of a kind in the guides. */
export function documented(kind: string): Uint8Array[] {
  const pages = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"));
  return pages.flatMap((page) => {
    const text = readFileSync(join(root, "docs", page), "utf8");
    const blocks = [...text.matchAll(new RegExp(`\`\`\`${kind}\n([\\s\\S]*?)\`\`\``, "g"))];
    return blocks.map(([, block]) => utf8(block ?? ""));
  });
}

export function latin1(...texts: readonly string[]): Uint8Array[] {
  return texts.map(textToBytes);
}

export function utf8(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
