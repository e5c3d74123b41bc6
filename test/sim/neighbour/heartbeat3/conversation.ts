// Conversations about resources, of a capture or of a bench, in words that can be compared.

import { join } from "node:path";
import type { ClusterConfig } from "../../../../src/config/cluster.ts";
import type { GroupSpec } from "../../../../src/config/resource.ts";
import { type Message, textOf } from "../../../../src/wire/message.ts";
import { open } from "../../../../src/wire/packet.ts";
import { GOLDEN, keyringOf, readCapture } from "../../../wire/capture.ts";
import { configOf } from "../../plainshape.ts";

export interface Line {
  readonly atMs: number;
  readonly src: string;
  /** Payload only: type and fields, without the header. */
  readonly text: string;
  readonly message: Message;
}

const TALK =
  /^(starting|resource|ask_resources|hb_takeover|shutdone|stonith|ip-request.*|reqnodes|repnodes)$/;

export function lineOf(message: Message, atMs: number): Line {
  const end = message.fields.findIndex(({ name }) => name === "src" || name === "destuuid");
  const words = message.fields
    .slice(0, end)
    .map(({ name, value }) => (name === "t" ? String(value) : `${name}=${String(value)}`));
  return { atMs, src: textOf(message, "src") ?? "", text: words.join(" "), message };
}

/** Whether a line belongs to the conversation about nodes and resources. */
export function isTalk({ message }: Line): boolean {
  return TALK.test(textOf(message, "t") ?? "");
}

/** Every message of a capture, each once. */
export function captured(path: string): Line[] {
  const keyring = keyringOf(path.split("/")[0] ?? "");
  const seen = new Set<string>();
  const lines: Line[] = [];
  for (const { bytes, number, timeMs } of readCapture(join(GOLDEN, `${path}.txt`))) {
    const opened = open(bytes, keyring);
    if (!opened.ok) throw new Error(`${path}: packet ${number}: ${opened.reason}`);
    const { message } = opened;
    const name = ["src", "hg", "seq"].map((field) => textOf(message, field) ?? "").join(" ");
    if (textOf(message, "seq") !== undefined && seen.has(name)) continue;
    seen.add(name);
    lines.push(lineOf(message, timeMs));
  }
  return lines;
}

/** The configuration with which the captures were made (their ha.cf): keepalive 1, deadtime 5, initdead 10. */
export function capturedConfig(
  self: string,
  failback: "on" | "off" | "legacy",
  groups: readonly string[],
  nodes: readonly string[] = ["alice", "bob"],
): ClusterConfig {
  const shape = { nodes, groups: [], failback, keepaliveMs: 1_000, deadtimeMs: 5_000 };
  return { ...configOf(self, { ...shape, initdeadMs: 10_000 }), groups: groups.map(groupOf) };
}

/** A line of haresources: IPaddr2::… is an address, anything else a script. */
function groupOf(line: string): GroupSpec {
  const [owner = "", ...words] = line.split(" ");
  const resources = words.map((word) => {
    const [, address] = /^IPaddr2::([\d.]+)/.exec(word) ?? [];
    if (address === undefined) {
      return { kind: "script", word, style: "heartbeat", name: word, args: [] } as const;
    }
    return { kind: "address", word, agent: "IPaddr2", family: 4, address } as const;
  });
  return { owner, key: words[0] ?? "", resources };
}
