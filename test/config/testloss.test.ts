// OnlyForTesting as TestHeartbeatComm writes it, and as 3.0.6 reads what else may stand there (measured).

import { expect, test } from "bun:test";
import { parseTestLoss } from "../../src/config/testloss.ts";

test.each([
  ["xmitloss=1\nrcvloss=1\nallownodes=bob;\n", { xmit: 1, receive: 1, allowNodes: ["bob"] }],
  [
    "rcvloss=0.25\nallownodes=Bob;carol;\n",
    { xmit: 0, receive: 0.25, allowNodes: ["bob", "carol"] },
  ],
  ["xmitloss=0.5\nallownodes=;bob\n", { xmit: 0.5, receive: 0, allowNodes: [] }],
  ["rcvloss=abc\nxmitloss=7\n", { xmit: 1, receive: 0, allowNodes: [] }],
  ["", { xmit: 0, receive: 0, allowNodes: [] }],
])("parseTestLoss(%j) is %j", (text, loss) => {
  expect(parseTestLoss(text, "f").loss).toEqual(loss);
});

test("parseTestLoss() warns of what it does, and of what it does not know", () => {
  const { problems } = parseTestLoss(
    "bogus=1\nwhat\nrcvloss=1\nallownodes=bob;\n",
    "OnlyForTesting",
  );
  expect(problems.map(({ level, line, message }) => [level, line, message])).toEqual([
    ["warning", 1, 'Unknown setting "bogus"'],
    ["warning", 2, "No setting: NAME=VALUE is one"],
    [
      "warning",
      0,
      "Packets are lost on purpose: 0 of what is sent, 1 of what is heard, but nothing of bob",
    ],
  ]);
});
