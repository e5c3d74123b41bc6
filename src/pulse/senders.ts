// What the packets of each node tell besides their message: from where they came, what its clock shows, and
// what it is set to. For `hb doctor` and `hb status`: nothing is decided by it.

import { addressText } from "../../ffi/layout.ts";
import { after, type Instant } from "../core/instant.ts";
import type { SenderView } from "../core/snapshot.ts";
import { bulletinType } from "../wire/bulletin.ts";
import { type Message, textOf } from "../wire/message.ts";

/** The clock is judged by the quickest message of twice so long at most: what came late says nothing of it. */
const WINDOW_MS = 5_000;
/** Whoever has the key may call himself as he likes; more names than a cluster has nodes are not kept. */
const NODES_MAX = 100;

interface Sender {
  /** By link: the last source address, and when it was heard. */
  readonly links: Map<string, { from: Uint8Array | undefined; at: Instant }>;
  /** Its clock less ours, in seconds, by the messages of this window and of the last: at least so much. */
  aheadS: number;
  aheadBeforeS: number;
  windowAt: Instant;
  deadtimeMs: number | undefined;
  digest: string | undefined;
}

export interface Arrival {
  readonly link: string;
  readonly message: Message;
  readonly from: Uint8Array | undefined;
}

export class Senders {
  readonly #nodes = new Map<string, Sender>();
  readonly #unixMs: () => number;

  /** `unixMs` is the wall clock. */
  constructor(unixMs: () => number) {
    this.#unixMs = unixMs;
  }

  heard({ link, message, from }: Arrival, now: Instant): void {
    const node = textOf(message, "src");
    const seconds = hexOf(message, "ts");
    if (node === undefined || seconds === undefined) return;
    const sender = this.#sender(node, now);
    if (sender === undefined) return;
    const known = sender.links.get(link);
    if (known === undefined) sender.links.set(link, { from, at: now });
    else {
      known.from = from;
      known.at = now;
    }
    // Whole seconds: when it was sent, its clock showed between this and a second more.
    const aheadS = seconds - this.#unixMs() / 1_000;
    if (now >= after(sender.windowAt, WINDOW_MS)) {
      sender.aheadBeforeS = sender.aheadS;
      sender.aheadS = aheadS;
      sender.windowAt = now;
    } else sender.aheadS = Math.max(sender.aheadS, aheadS);
    const type = textOf(message, "t");
    if (type === "status") sender.deadtimeMs = hexOf(message, "dt");
    if (type === bulletinType) sender.digest = textOf(message, "conf") ?? sender.digest;
  }

  /** In the order of names. */
  views(now: Instant): SenderView[] {
    return [...this.#nodes]
      .toSorted(([one], [other]) => (one < other ? -1 : 1))
      .map(([node, { links, aheadS, aheadBeforeS, deadtimeMs, digest }]) => ({
        node,
        aheadS: Math.max(aheadS, aheadBeforeS),
        ...(deadtimeMs !== undefined && { deadtimeMs }),
        ...(digest !== undefined && { digest }),
        links: [...links].map(([name, { from, at }]) => ({
          name,
          ...(from !== undefined && { from: addressText(from) }),
          agoMs: Math.round(now - at),
        })),
      }));
  }

  #sender(node: string, now: Instant): Sender | undefined {
    const known = this.#nodes.get(node);
    if (known !== undefined || this.#nodes.size >= NODES_MAX) return known;
    const sender: Sender = {
      links: new Map(),
      aheadS: Number.NEGATIVE_INFINITY,
      aheadBeforeS: Number.NEGATIVE_INFINITY,
      windowAt: now,
      deadtimeMs: undefined,
      digest: undefined,
    };
    this.#nodes.set(node, sender);
    return sender;
  }
}

function hexOf(message: Message, name: string): number | undefined {
  const digits = textOf(message, name);
  return digits !== undefined && /^[0-9a-f]{1,12}$/i.test(digits)
    ? Number.parseInt(digits, 16)
    : undefined;
}
