// What all nodes of a cluster must be told alike, in a few letters: nodes compare theirs by what they say of it
// in their bulletins. No secret is in it, and nothing that may differ from node to node (media, devices, logs).

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, textToBytes } from "../wire/bytes.ts";
import type { ClusterConfig } from "./cluster.ts";

/** What goes into it. Another number when that changes: such digests do not compare. */
const VERSION = 1;
const HEX_DIGITS = 8;

export type Digested = Pick<
  ClusterConfig,
  "nodes" | "autojoin" | "timing" | "autoFailback" | "managesResources" | "groups" | "consensus"
>;

/** "1:0badcafe" */
export function digestOf(config: Digested): string {
  const { nodes, autojoin, timing, autoFailback, managesResources, groups, consensus } = config;
  const { keepaliveMs, deadtimeMs, warntimeMs, initdeadMs, deadpingMs } = timing;
  const told = [
    // Nodes that join by themselves are known to some before others.
    autojoin === "none" ? nodes.toSorted() : autojoin,
    [keepaliveMs, deadtimeMs, warntimeMs, initdeadMs, deadpingMs],
    autoFailback,
    managesResources,
    groups.map(({ owner, resources }) => [owner, ...resources.map(({ word }) => word)]),
    ...(consensus === undefined ? [] : [consensus.rules, consensus.policy]),
  ];
  return `${VERSION}:${hashOf(told)}`;
}

/** Of which resource stands in which line of haresources, whoever owns it and wherever the line stands. */
export function layoutOf(groups: ClusterConfig["groups"]): string {
  const lines = groups.map(({ key, resources }) => {
    return JSON.stringify([key, ...resources.map(({ word }) => word)]);
  });
  return hashOf(lines.toSorted());
}

function hashOf(told: unknown): string {
  const hash = sha256(textToBytes(JSON.stringify(told).replace(/[^ -~]/g, escaped)));
  return bytesToHex(hash).slice(0, HEX_DIGITS);
}

function escaped(letter: string): string {
  return `\\u${letter.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/** True when both were made in the same way, and of different things. */
export function differ(one: string, other: string): boolean {
  return one !== other && versionOf(one) === versionOf(other);
}

function versionOf(digest: string): string {
  return digest.slice(0, digest.indexOf(":"));
}
