// `hb check --diff`: the configuration here and on another host, over a real ssh.

import { afterEach, expect, test } from "bun:test";
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { RemoteHost } from "./remotehost.ts";

const haCf = "keepalive 1\ndeadtime 10\nbcast lo\nauto_failback on\nnode alice bob carol\n";
const files = {
  "ha.cf": haCf,
  authkeys: "auth 1\n1 sha1 correct-horse-battery\n",
  haresources: "alice 10.0.0.1\n",
};

let bob: RemoteHost | undefined;
afterEach(() => bob?.stop());

function put(directory: string, name: string, text: string) {
  writeFileSync(join(directory, name), text);
  chmodSync(join(directory, name), name === "authkeys" ? 0o600 : 0o644);
}

/** The same files on both. */
async function start(): Promise<RemoteHost> {
  bob = await RemoteHost.start("systemctl");
  for (const directory of [bob.conf, bob.path(bob.conf)]) {
    for (const [name, text] of Object.entries(files)) put(directory, name, text);
  }
  put(bob.conf, "nodeinfo", "alice\n");
  return bob;
}

test("hb check --diff says that all is the same", async () => {
  const host = await start();
  expect(host.hb("check", "--diff", "bob")).toEqual({
    code: 0,
    stdout: "bob: the same\n",
    stderr: "",
  });
}, 60_000);

test("hb check --diff shows the lines that differ, but no keys", async () => {
  const host = await start();
  const there = host.path(host.conf);
  put(there, "ha.cf", haCf.replace("deadtime 10", "deadtime 30"));
  put(there, "authkeys", "auth 1\n1 sha1 another-secret-word\n");
  rmSync(join(there, "haresources"));
  const { code, stdout, stderr } = host.hb("check", "--diff", "Bob");
  expect([code, stderr]).toEqual([1, ""]);
  const at = `${host.conf}/ha.cf`;
  expect(stdout).toBe(`bob: ha.cf differs
--- ${at} here
+++ ${at} on bob
@@ -1,5 +1,5 @@
 keepalive 1
-deadtime 10
+deadtime 30
 bcast lo
 auto_failback on
 node alice bob carol
bob: authkeys differs (keys are not shown)
bob: haresources missing there
`);
}, 60_000);

test("hb check --diff all --json tells of every node, also of one that cannot be asked", async () => {
  const host = await start();
  const { code, stdout } = host.hb("check", "--diff", "all", "--json");
  const { nodes } = JSON.parse(stdout);
  expect(nodes).toEqual([
    {
      node: "bob",
      files: Object.keys(files).map((file) => ({ file, found: "same" })),
    },
    { node: "carol", reason: expect.stringContaining("Connection refused") },
  ]);
  expect(code).toBe(1);
}, 60_000);

test.each([
  ["dave", 'Unknown node "dave": ha.cf names alice, bob, carol\n'],
  ["alice", '"alice" is this node: name another\n'],
])(
  "hb check --diff %s is refused",
  async (name, stderr) => {
    const host = await start();
    expect(host.hb("check", "--diff", name)).toEqual({ code: 2, stdout: "", stderr });
  },
  60_000,
);
