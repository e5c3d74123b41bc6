import { expect, test } from "bun:test";
import { parseRequest, requestFault } from "../../../src/desk/request.ts";

test.each([
  ['{"ask":"listen"}', { ask: "listen", topics: [], channels: [] }],
  [
    '{"ask":"listen","topics":["groups","nodes","groups"],"channels":["deploy"]}',
    { ask: "listen", topics: ["nodes", "groups"], channels: ["deploy"] },
  ],
  [
    '{"ask":"send","channel":"deploy","fields":{"text":"grün\\n"}}',
    { ask: "send", channel: "deploy", fields: { text: "grün\n" } },
  ],
  [
    '{"ask":"send","channel":"deploy","to":"Bob","fields":{}}',
    { ask: "send", channel: "deploy", to: "bob", fields: {} },
  ],
] as const)("parseRequest(%s) is a wish", (line, wish) => {
  expect(parseRequest(line)).toEqual(wish);
});

test.each([
  '{"ask":"listen","topics":["node"]}',
  '{"ask":"listen","topics":"nodes"}',
  '{"ask":"listen","channels":["1"]}',
  '{"ask":"listen","channels":["a b"]}',
  '{"ask":"listen","channels":["12345678901234567890123456789012"]}',
  `{"ask":"listen","channels":${JSON.stringify(Array(17).fill("a"))}}`,
  '{"ask":"send","fields":{}}',
  '{"ask":"send","channel":"deploy"}',
  '{"ask":"send","channel":"deploy","fields":["x"]}',
  '{"ask":"send","channel":"deploy","fields":{"x":1}}',
  '{"ask":"send","channel":"deploy","fields":{"x":"\\u0000"}}',
  '{"ask":"send","channel":"deploy","fields":{"x=y":"z"}}',
  '{"ask":"send","channel":"deploy","fields":{"auth":"z"}}',
  '{"ask":"send","channel":"deploy","fields":{},"to":"a b"}',
])("parseRequest(%s) is none", (line) => {
  expect(parseRequest(line)).toBeUndefined();
});

test.each([
  ["x", "the line is not JSON"],
  ["[]", 'it must be an object with the key "ask"'],
  ['{"ask":"listen","topics":["node"]}', '"topics" must be a list of nodes, links, '],
  ['{"ask":"listen","channels":["1"]}', "not beginning with a digit"],
  ['{"ask":"send","fields":{}}', '"channel" must be a name'],
  ['{"ask":"send","channel":"deploy"}', '"fields" must be an object of texts'],
  ['{"ask":"send","channel":"deploy","fields":{"x":1}}', 'the field "x" must be a text'],
  ['{"ask":"send","channel":"deploy","fields":{"auth":"z"}}', 'the field "auth" is written by'],
  ['{"ask":"send","channel":"deploy","fields":{},"to":"a b"}', '"to" must be a node name'],
])("requestFault(%s) says what is wrong", (line, fault) => {
  const said = requestFault(line);
  expect(said).toStartWith("Not a request: ");
  expect(said).toContain(fault);
});

test("requestFault() says of what else is asked that nobody knows it", () => {
  expect(requestFault('{"ask":"nosuch"}')).toBe("Not a request that this agent knows");
});
