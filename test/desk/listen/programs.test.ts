// Who may listen and speak, with the rules of a real ha.cf; what is said goes to the core as a client's would.

import { expect, test } from "bun:test";
import { parseHaCf } from "../../../src/config/hacf.ts";
import type { Input } from "../../../src/core/input.ts";
import { Api } from "../../../src/desk/api/api.ts";
import type { Visit } from "../../../src/desk/control.ts";
import type { Told } from "../../../src/desk/listen/listeners.ts";
import { listen, send } from "../../../src/desk/listen/programs.ts";
import { Log } from "../../../src/desk/log.ts";
import type { Done } from "../../../src/desk/request.ts";
import { Sink } from "../../../src/desk/sink.ts";
import { text } from "../../../src/wire/message.ts";
import { netstringText } from "../../../src/wire/netstring.ts";
import { plainSnapshot } from "../../plainsnapshot.ts";

const daemon = { pid: 4711, uid: 1, gid: 1 };
const root = { pid: 4712, uid: 0, gid: 0 };
const view = { say: "done", ok: true, text: "", snapshot: plainSnapshot() } as const;

async function desk() {
  const inputs: Input[] = [];
  const { conf } = parseHaCf("apiauth deploy uid=daemon\n", "ha.cf");
  const quiet = new Sink(
    (bytes, done) => done(null, bytes.length),
    () => "",
  );
  const api = new Api(
    {
      places: { register: "/nowhere" },
      log: new Log("error", quiet),
      self: "alice",
      core: { input: (input) => inputs.push(input) > 0, backlog: 0 },
      order: () => {},
    },
    conf,
  );
  await api.adopt(conf);
  api.begin();
  return { api, inputs };
}

function visit(peer: Visit["peer"]) {
  const told: Told[] = [];
  let leave = () => {};
  const made: Visit = {
    peer,
    progress: () => {},
    tell: (each) => told.push(each),
    whenGone: (callback) => (leave = callback),
  };
  return { visit: made, told, leave: () => leave() };
}

const wish = { ask: "send", channel: "deploy", fields: { text: "grün" } } as const;

test("send() says it to the core in the name of the channel", async () => {
  const { api, inputs } = await desk();
  expect(send({ ...wish, to: "bob" }, visit(daemon).visit, api)).toMatchObject({ ok: true });
  const said = { t: "message", dest: "bob", from_id: "deploy", to_id: "deploy", client_gen: "0" };
  const body = netstringText(text({ ...said, text: "gr\xc3\xbcn" }));
  expect(inputs).toEqual([{ on: "client", body }]);
});

test("send() refuses a node that is not in the cluster, once a core has told which are", async () => {
  const { api, inputs } = await desk();
  const node = { status: "dead", weight: 100, site: "", links: [] } as const;
  const nodes = [
    { ...node, name: "alice", type: "normal" },
    { ...node, name: "bob", type: "normal" },
    { ...node, name: "router", type: "ping" },
  ] as const;
  api.effect({ do: "directory", directory: { nodes, resources: "none" } });
  for (const to of ["carol", "router"]) {
    const { ok, text } = send({ ...wish, to }, visit(daemon).visit, api) as Done;
    expect(ok).toBe(false);
    expect(text).toBe(`Node ${to} is not in the cluster: its nodes are alice, bob`);
  }
  expect(inputs).toEqual([]);
  expect(send({ ...wish, to: "bob" }, visit(daemon).visit, api)).toMatchObject({ ok: true });
});

test("send() refuses when there is no core, or too much is on its way", async () => {
  const { api, inputs } = await desk();
  api.effect({ do: "flow", open: false });
  expect(send(wish, visit(daemon).visit, api)).toMatchObject({ ok: false });
  api.effect({ do: "flow", open: true });
  api.died();
  expect(send(wish, visit(daemon).visit, api)).toMatchObject({ ok: false });
  expect(inputs).toEqual([]);
});

test.each([
  ["its line's user", "deploy", daemon, true],
  ["root", "deploy", root, true],
  ["root without a line", "chat", root, true],
  ["another without a line", "chat", daemon, false],
  ["another than its line's", "deploy", { pid: 1, uid: 2, gid: 2 }, false],
])("a channel is used by %s as apiauth says", async (_, channel, who, may) => {
  const { api } = await desk();
  expect(send({ ...wish, channel }, visit(who).visit, api)).toMatchObject({ ok: may });
  const hall = { api, snapshot: async () => view };
  const asked = { ask: "listen", topics: [], channels: [channel] } as const;
  expect(await listen(asked, visit(who).visit, hall)).toMatchObject({ ok: may });
});

test("listen() has the core deliver while somebody listens to a channel, and no longer", async () => {
  const { api, inputs } = await desk();
  const { visit: here, told, leave } = visit(daemon);
  const asked = { ask: "listen", topics: [], channels: ["deploy"] } as const;
  await listen(asked, here, { api, snapshot: async () => view });
  const body = netstringText(text({ t: "message", to_id: "deploy", src: "bob", text: "hello" }));
  api.effect({ do: "deliver", body, filter: 1 });
  leave();
  api.effect({ do: "deliver", body, filter: 1 });
  expect(told).toHaveLength(1);
  expect(inputs).toEqual([
    { on: "audience", filter: 1 },
    { on: "audience", filter: 0 },
  ]);
});
