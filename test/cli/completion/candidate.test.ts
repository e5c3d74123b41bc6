import { expect, test } from "bun:test";
import { candidates } from "../../../src/cli/completion/candidate.ts";
import type { Described } from "../../../src/cli/help.ts";

const described: Described = {
  name: "try",
  summary: "Tries",
  examples: ["hb try"],
  args: {
    dir: { type: "string", valueHint: "DIR", alias: "d" },
    level: { type: "enum", options: ["low", "high"] },
    wait: { type: "boolean", default: true, negativeDescription: "Do not wait" },
    kill: { type: "string", valueHint: "NODE@TIME" },
  },
  repeatable: ["kill"],
  operands: {
    name: "add|show NODE",
    description: "what",
    max: 3,
    offers: ([verb]) => (verb === "show" ? ["one", "two"] : []),
  },
};

test.each([
  [["-"], ["--dir", "-d", "--level", "--no-wait", "--kill", "--help", "-h"]],
  [["--"], ["--dir", "--level", "--no-wait", "--kill", "--help"]],
  [["--le"], ["--level"]],
  [
    ["--dir", "/x", "--"],
    ["--level", "--no-wait", "--kill", "--help"],
  ],
  [["-d", "/x", "--d"], []],
  [["--kill", "a@1s", "--k"], ["--kill"]],
  [
    ["--level", ""],
    ["low", "high"],
  ],
  [["--level", "h"], ["high"]],
  [["--level="], ["--level=low", "--level=high"]],
  [["--level=h"], ["--level=high"]],
  [["--wait="], []],
  [["--kill", "b"], ["bob@"]],
  [["--dir", ""], ["directories"]],
  [["--dir="], ["directories"]],
  [[""], ["add", "show"]],
  [["a"], ["add"]],
  [
    ["add", ""],
    ["alice", "bob"],
  ],
  [["add", "alice", ""], ["bob"]],
  [["add", "alice", "--level", "low", "b"], ["bob"]],
  [
    ["show", ""],
    ["one", "two"],
  ],
  [["--", "--le"], []],
  [
    ["--", ""],
    ["add", "show"],
  ],
  // No operand is left: an option may still follow.
  [
    ["add", "a", "b", ""],
    ["--dir", "--level", "--no-wait", "--kill", "--help"],
  ],
  [["add", "a", "b", "c"], []],
  [["--nonsense", "a"], ["add"]],
])("candidates() of %j are %j", async (argv, wanted) => {
  const names = async () => ["alice", "bob"];
  const { words, path } = await candidates(described, argv, names);
  const found = words.map(({ word }) => word);
  expect(path === undefined ? found : [...found, path]).toEqual(wanted);
});
