// A ring of three cables: whatever is said, it leaves each cable a few times and then no more.

import { at } from "../../../src/core/instant.ts";
import { type Relay, Ring } from "../../../src/core/ring.ts";
import { bytesToText } from "../../../src/wire/bytes.ts";
import { decodeClassic } from "../../../src/wire/classic.ts";
import { type Message, textOf } from "../../../src/wire/message.ts";
import { latin1 } from "./sample.ts";
import { must, type Target } from "./target.ts";

/** Each with its two cables; a cable joins two of them. */
const cablesOf = { a: ["ab", "ca"], b: ["ab", "bc"], c: ["bc", "ca"] } as const;
type Node = keyof typeof cablesOf;
const nodes = Object.keys(cablesOf) as Node[];
/** Two packets for each cable (core/ring.ts). */
const passedMax = 6;

function whoIsAt(cable: string, besides: Node): Node | undefined {
  return nodes.find(
    (node) => node !== besides && (cablesOf[node] as readonly string[]).includes(cable),
  );
}

/** How often a message is passed on that its author has put on his first cable. */
function passed(rings: Readonly<Record<Node, Ring>>, message: Message, now: number): number {
  let count = 0;
  const waiting: { readonly node: Node; readonly by: string; readonly message: Message }[] = [];
  waiting.push({ node: "b", by: "ab", message });
  for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
    const { node, by } = next;
    const relay: Relay | undefined = rings[node].pass(
      next.message,
      { by, cables: cablesOf[node] },
      at(now + count),
    );
    for (const cable of relay?.to ?? []) {
      must(++count <= passedMax, `a message is passed on at most ${passedMax} times`);
      const to = whoIsAt(cable, node);
      if (relay !== undefined && to !== undefined)
        waiting.push({ node: to, by: cable, message: relay.message });
    }
  }
  return count;
}

/** Messages in text form, an empty line between them; each comes 100 ms after the one before. */
export const ring: Target = {
  name: "ring",
  covers: "core/ring",
  corpus: () =>
    latin1(
      "t=status\nsrc=a\nhg=5\nseq=1\nttl=3\n\nt=status\nsrc=a\nhg=5\nseq=1\nttl=3\n\nt=x\nsrc=z\nttl=355",
      "t=NS_ackmsg\nsrc=a\ndest=b\nackseq=7\nttl=4\n\nt=NS_rexmit\nsrc=b\nttl=0",
    ),
  tokens: [
    "\n\n",
    "src=",
    "a",
    "b",
    "ttl=",
    "0",
    "355",
    "999",
    "hg=",
    "seq=",
    "t=NS_x\n",
    "(1)src=AAAA",
  ],
  bytesMax: 16 * 1024,
  run(input) {
    const made = (self: Node) => new Ring({ self, maxRexmitDelayMs: 250 });
    const rings = { a: made("a"), b: made("b"), c: made("c") };
    const kinds = new Set<string>();
    for (const [place, block] of bytesToText(input).split("\n\n").slice(0, 100).entries()) {
      const message = decodeClassic(`>>>\n${block}\n<<<\n`);
      if (message === undefined) continue;
      kinds.add(`${passed(rings, message, place * 100)} ${textOf(message, "src") === undefined}`);
    }
    return [...kinds].sort().join(" ");
  },
};
