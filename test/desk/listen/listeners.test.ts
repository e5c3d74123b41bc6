import { expect, test } from "bun:test";
import { Listeners, type Told } from "../../../src/desk/listen/listeners.ts";
import { text } from "../../../src/wire/message.ts";
import { plainSnapshot } from "../../plainsnapshot.ts";

const alone = plainSnapshot();
const bob = { name: "bob", kind: "hb", links: [] };
const both = plainSnapshot({ nodes: [{ ...bob, state: "active" }] });
const after = plainSnapshot({ nodes: [{ ...bob, state: "dead" }] });

function listening(channels: readonly string[] = []) {
  const listeners = new Listeners();
  const told: Told[] = [];
  const wish = { ask: "listen", topics: ["nodes"], channels } as const;
  const hearing = listeners.add(wish, (each) => told.push(each));
  const states = () => told.map((each) => (each.event === "node" ? each.state : each.event));
  return { listeners, hearing, told, states };
}

test("Listeners tell a new one everything as it is, then what changes", () => {
  const { listeners, hearing, states } = listening();
  hearing.begin(both);
  listeners.published(both);
  listeners.published(after);
  expect(states()).toEqual(["active", "dead"]);
});

test("Listeners do not tell an older view that was asked for after a newer one", () => {
  const { listeners, hearing, states } = listening();
  listeners.published(after);
  hearing.begin(both);
  expect(states()).toEqual(["dead"]);
});

test("Listeners tell nothing to one that has left", () => {
  const { listeners, hearing, told } = listening(["deploy"]);
  hearing.begin(alone);
  hearing.end();
  listeners.published(both);
  listeners.delivered(text({ t: "message", to_id: "deploy" }));
  expect(told).toEqual([]);
});

test("Listeners hear what is said to their channel, without its header", () => {
  const { listeners, told } = listening(["deploy"]);
  const header = { src: "bob", seq: "1f", hg: "2", ts: "6", ld: "0.1 1/2 3", ttl: "3" };
  const ids = { from_id: "deploy", to_id: "deploy", client_gen: "0" };
  listeners.delivered(
    text({ t: "message", version: "12", text: "gr\xc3\xbcn\n", ...ids, ...header }),
  );
  listeners.delivered(text({ t: "message", text: "for others", to_id: "chat", src: "bob" }));
  listeners.delivered(text({ t: "status", st: "active", src: "bob" }));
  expect(told).toEqual([
    { event: "message", channel: "deploy", from: "bob", fields: { version: "12", text: "grün\n" } },
  ]);
});

test("Listeners keep a field whose name means something to the language", () => {
  const { listeners, told } = listening(["deploy"]);
  listeners.delivered(
    text(JSON.parse('{ "to_id": "deploy", "__proto__": "x", "constructor": "y" }')),
  );
  const [heard] = told;
  const fields = heard?.event === "message" ? Object.entries(heard.fields) : [];
  expect(fields).toEqual([
    ["__proto__", "x"],
    ["constructor", "y"],
  ]);
});
