// Ways in which three to five nodes fall into two parts, by `quorum_policy stop`: within deadtime and a
// keepalive only the part that has a majority holds anything, and all of it; when the cut heals, the owners do.

import { expect, test } from "bun:test";
import { candidateOrder } from "../../../src/core/native/placement.ts";
import { play } from "../../sim/transcript.ts";

const names = ["alice", "bob", "carol", "dave", "erin"];

/** Each split once: the first node is in the first part. */
function splits(count: number): { nodes: string[]; parts: [string[], string[]] }[] {
  const nodes = names.slice(0, count);
  const masks = Array.from({ length: 2 ** (count - 1) - 1 }, (_, n) => n + 1);
  return masks.map((mask) => {
    const isCut = (node: string) => (mask & (2 ** nodes.indexOf(node) / 2)) >= 1;
    const first = nodes.filter((node) => node === "alice" || !isCut(node));
    return { nodes, parts: [first, nodes.filter((node) => !first.includes(node))] };
  });
}

function storyOf({ nodes, parts }: ReturnType<typeof splits>[number]): string {
  const [first, second] = parts;
  const major = parts.find((part) => part.length * 2 > nodes.length) ?? [];
  const held = (who: (owner: string) => string | undefined) =>
    nodes.map((owner, n) => {
      const holder = who(owner);
      return holder === undefined ? `nobody holds 10.0.0.${n}` : `${holder} holds 10.0.0.${n}`;
    });
  return [
    `cluster ${nodes.join(" ")} deadtime=10s failback=on quorum=majority:twonodes policy=stop`,
    ...nodes.map((owner, n) => `group ${owner} 10.0.0.${n}`),
    "----",
    ...held((owner) => owner),
    "",
    `cut ${first.join(" ")} | ${second.join(" ")}`,
    "advance 11s",
    "----",
    ...held((owner) => candidateOrder(owner, nodes).find((node) => major.includes(node))),
    "",
    "heal",
    "advance 20s",
    "----",
    ...held((owner) => owner),
    "",
    "advance 30s",
    "----",
    "nothing moves",
  ].join("\n");
}

const all = [3, 4, 5].flatMap(splits);
/** Five nodes are slow to play: a few of theirs. */
const played = all.filter(({ nodes }, n) => nodes.length < 5 || n % 4 === 0);

test("splits() finds every way once", () => {
  const told = all.map(({ parts }) => parts.map((part) => part.join(" ")).join(" | "));
  expect(new Set(told).size).toBe(3 + 7 + 15);
});

test.each(
  played.map((split) => [split.parts.map((part) => part.join(" ")).join(" | "), split] as const),
)("play() of %s leaves all to the part that has a majority", (_, split) => {
  expect(play(storyOf(split)).join("\n")).toBe("");
});
