import { expect, test } from "bun:test";
import { type Kind, type Offers, offersOf } from "../../../src/cli/completion/hint.ts";

const known: Readonly<Record<Kind, readonly string[]>> = {
  NODE: ["alice", "bob"],
  GROUP: ["web"],
  IF: ["eth0", "lo"],
};

/** As typed; "…" where something must follow that nobody knows. */
function shown({ words, path }: Offers): string[] {
  return [...words.map(({ word, open }) => (open ? `${word}…` : word)), ...(path ? [path] : [])];
}

test.each([
  ["NODE", ["alice", "bob"]],
  ["NODE@TIME", ["alice@…", "bob@…"]],
  ["NODE[:SET]@TIME", ["alice@…", "bob@…", "alice:…", "bob:…"]],
  ["auto|require|off", ["auto", "require", "off"]],
  ["IF|PATH", ["eth0", "lo", "files"]],
  ["FILE", ["files"]],
  ["DIR", ["directories"]],
  ["TIME", []],
  ["ADDRESS[/LEN]", []],
  ["[LINK:]N%@TIME", []],
  ["holder=GROUP[@NODE]|stable", ["holder=web", "stable", "holder=web@alice", "holder=web@bob"]],
  ['"NAME HOW [on NODE][@TIME]"', ['"…']],
  ["", []],
])("offersOf() of %s is %j", async (hint, words) => {
  expect(shown(await offersOf(hint, async (kind) => known[kind]))).toEqual(words);
});

test("offersOf() has nothing where nobody knows a name", async () => {
  expect(await offersOf("NODE@TIME", async () => [])).toEqual({ words: [] });
});

test("offersOf() asks for no name that the hint does not have", async () => {
  const asked: string[] = [];
  await offersOf("on|off|FILE", async (kind) => {
    asked.push(kind);
    return [];
  });
  expect(asked).toEqual([]);
});
