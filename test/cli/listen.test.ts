// `hb listen` and `hb send`: what they say and ask, beside an agent's own control socket.

import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Control } from "../../src/desk/control.ts";
import { Listeners } from "../../src/desk/listen/listeners.ts";
import type { Answer, Request } from "../../src/desk/request.ts";
import { text } from "../../src/wire/message.ts";
import { plainSnapshot } from "../plainsnapshot.ts";
import { hb, hbCommand } from "./run.ts";

const root = mkdtempSync("/tmp/hb-listen-");
afterAll(() => rmSync(root, { recursive: true, force: true }));

const bob = {
  name: "bob",
  state: "active",
  kind: "hb",
  links: [{ name: "eth0", medium: "bcast eth0", state: "up" }],
} as const;
const group = {
  key: "10.0.0.1",
  owner: "alice",
  resources: ["10.0.0.1"],
  holder: "alice",
  state: "held",
  why: "its owner is there",
};
const whole = plainSnapshot({ nodes: [bob], groups: [group] });
const after = plainSnapshot({
  nodes: [{ ...bob, state: "dead" }],
  groups: [{ ...group, holder: null, state: "idle" }],
});

const hello = text({ t: "message", text: "hello\nthere", to_id: "hello", src: "bob" });

/** An agent that has listeners and nothing else. */
async function agent(
  then: (listeners: Listeners, control: Control) => void,
): Promise<{ readonly run: string; readonly asked: Request[] }> {
  const run = mkdtempSync(join(root, "run-"));
  const listeners = new Listeners();
  const asked: Request[] = [];
  const control = await Control.listen(join(run, "hb.sock"), async (request, visit) => {
    asked.push(request);
    if (request.ask !== "listen") return done(request.ask === "send", "Said");
    const hearing = listeners.add(request, visit.tell);
    hearing.begin(whole);
    setTimeout(() => then(listeners, control), 0);
    return done(true, "Listening");
  });
  return { run, asked };
}

function done(ok: boolean, text: string): Answer {
  return { say: "done", ok, text };
}

function listening(run: string, ...words: readonly string[]) {
  const command = hbCommand("listen", "--run-dir", run, ...words);
  return Bun.spawn(command, { stdout: "pipe", stderr: "pipe" });
}

test("hb listen tells everything as it is, then what changes, and ends with the agent", async () => {
  const { run, asked } = await agent((listeners, control) => {
    listeners.published(after);
    control.close();
  });
  const listen = listening(run);
  expect(await new Response(listen.stdout).text()).toBe(
    [
      "node bob active hb",
      "link bob eth0 up",
      "group 10.0.0.1 alice held",
      "node bob dead hb",
      "group 10.0.0.1 - idle",
      "",
    ].join("\n"),
  );
  expect(await new Response(listen.stderr).text()).toBe("The agent has ended\n");
  expect(await listen.exited).toBe(1);
  expect(asked).toEqual([
    { ask: "listen", topics: ["nodes", "links", "groups", "membership"], channels: [] },
  ]);
});

test("hb listen membership tells number, quorum and members of each that is agreed on", async () => {
  const members = [{ name: "alice", bornon: 1 }];
  const first = { state: "JOINED", transition: 3, leader: "alice", members, quorum: false };
  const both = [...members, { name: "bob", bornon: 4 }];
  const { run } = await agent((listeners, control) => {
    for (const membership of [
      { state: "VERSION_REQUEST", members: [] },
      first,
      { ...first, state: "JOINING" },
      { ...first, transition: 4, quorum: true, members: both },
    ]) {
      listeners.published(plainSnapshot({ membership }));
    }
    listeners.published(plainSnapshot());
    control.close();
  });
  const listen = listening(run, "membership");
  expect(await new Response(listen.stdout).text()).toBe(
    [
      "membership - no-quorum agreeing",
      "membership 3 no-quorum agreed alice",
      "membership 3 no-quorum agreeing alice",
      "membership 4 quorum agreed alice bob",
      "membership 4 quorum removed alice bob",
      "",
    ].join("\n"),
  );
});

test("hb listen --channel hears what is said there, each in one line", async () => {
  const { run } = await agent((listeners, control) => {
    listeners.published(after);
    listeners.delivered(hello);
    control.close();
  });
  const listen = listening(run, "--channel", "hello");
  expect(await new Response(listen.stdout).text()).toBe("message hello bob hello\\nthere\n");
});

test("hb listen --json prints the events as the agent tells them", async () => {
  const { run } = await agent((listeners, control) => {
    listeners.delivered(hello);
    control.close();
  });
  const listen = listening(run, "groups", "--channel", "hello", "--json");
  const lines = (await new Response(listen.stdout).text()).trimEnd().split("\n");
  const { key, resources: _, ...told } = group;
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    { event: "group", group: key, ...told },
    { event: "message", channel: "hello", from: "bob", fields: { text: "hello\nthere" } },
  ]);
});

test("hb listen ended by Ctrl-C is done", async () => {
  const { run } = await agent(() => {});
  const listen = listening(run);
  const reader = listen.stdout.getReader();
  await reader.read();
  listen.kill("SIGINT");
  expect(await listen.exited).toBe(0);
});

test("hb listen and hb send without an agent end with 7", () => {
  for (const words of [["listen"], ["send", "hello", "x"]]) {
    const { code, stderr } = hb(...words, "--run-dir", root);
    expect(code).toBe(7);
    expect(stderr).toBe(`The agent is not running with ${root}: start it with "hb agent"\n`);
  }
});

test("hb send asks for the words as one text, and for fields", async () => {
  const { run, asked } = await agent(() => {});
  const words = ["--to", "Bob", "--field", "version=1=2", "it", "is", "out"];
  const send = Bun.spawn(hbCommand("send", "--run-dir", run, "deploy", ...words), {
    stdout: "pipe",
  });
  expect(await new Response(send.stdout).text()).toBe("Said\n");
  expect(await send.exited).toBe(0);
  const fields = { text: "it is out", version: "1=2" };
  expect(asked).toEqual([{ ask: "send", channel: "deploy", to: "bob", fields }]);
});

test.each([
  [["listen", "node"], 'Unknown word "node": nodes, links, groups and membership are known'],
  [["listen", "--channel", "4711"], '"4711" is no channel'],
  [["send"], "CHANNEL"],
  [["send", "deploy"], "There is nothing to say"],
  [["send", "dep loy", "x"], '"dep loy" is no channel'],
  [["send", "deploy", "--to", "a b", "x"], '"a b" is not a node name'],
  [["send", "deploy", "--field", "version"], '"version" must be NAME=VALUE'],
  [["send", "deploy", "--field", "src=bob"], 'the field "src" is written by the cluster itself'],
])("hb %j is a usage error", (words, reason) => {
  const { code, stderr } = hb(...words);
  expect(code).toBe(2);
  expect(stderr).toContain(reason);
});
