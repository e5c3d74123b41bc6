// The demo: a cluster of two hosts with one address and one service, and a client that asks all the time.
//
// It runs inside namespaces that scripts/demo made; the hosts are those of the test lab, the binary is
// the one that users get, the service is started by an ordinary script in resource.d.

import { join } from "node:path";
import { HB, hb, leave, settled, startAgent } from "../test/lab/agent.ts";
import { Client, responder } from "../test/lab/client.ts";
import { configure } from "../test/lab/conf.ts";
import type { Host } from "../test/lab/host.ts";
import { Lab } from "../test/lab/lab.ts";
import { wallMs } from "../test/lab/until.ts";
import { Timeline } from "./timeline.ts";

const ADDRESS = "10.77.0.100";
const DEADTIME = "500ms";

/** A resource script of the usual kind: start, stop and status of a process. */
function serviceScript(host: Host): string {
  const command = responder(ADDRESS, host.name).map((word) => `'${word}'`);
  return `#!/bin/sh
# answers UDP datagrams to ${ADDRESS} with the name of the host
pid=/run/answer.pid
running() { [ -s $pid ] && kill -0 "$(cat $pid)" 2>/dev/null; }
case $1 in
start)
  running || { setsid ${command.join(" ")} </dev/null >/dev/null 2>&1 & echo $! >$pid; } ;;
stop) running && kill "$(cat $pid)"; rm -f $pid ;;
status) if running; then echo running; else echo stopped; fi ;;
esac
exit 0
`;
}

/** hb reads its files from the disk of the host, wherever that is. */
function directories(host: Host): string[] {
  return ["--dir", join(host.dir, "ha.d"), "--state-dir", join(host.dir, "lib")];
}

async function story(lab: Lab, line: Timeline): Promise<void> {
  const [alice, bob] = [lab.host("alice"), lab.host("bob")];
  const nodes = [alice, bob];
  configure(
    lab,
    {
      resources: [`alice ${ADDRESS}/24/eth0 answer`],
      keepalive: "100ms",
      warntime: "300ms",
      deadtime: DEADTIME,
      initdead: "2",
      failback: "on",
      extra: ["on_stop_failure ignore"],
      nodes: ["alice", "bob"],
    },
    nodes,
  );
  for (const node of nodes) node.write("ha.d/resource.d/answer", serviceScript(node), 0o755);

  const agents = nodes.map((node) => startAgent(node, ...directories(node)));
  line.event(wallMs(), "both", "start hb agent");
  await lab.watch.held(ADDRESS, ["alice"], 15_000);
  await Promise.all(nodes.map((node) => settled(node)));

  const client = new Client(lab.host("client"), ADDRESS, {
    everyMs: Timeline.slotMs,
    heard: (answer) => line.answer(answer),
  });
  await client.answered("alice", 0, 10_000);
  line.open();
  await Bun.sleep(1_500);

  const killedAt = wallMs();
  line.event(killedAt, "alice", "loses its power", "bad");
  await lab.crash("alice");
  const answer = await client.answered("bob", killedAt, 15_000);
  const before = client.answers.findLast((one) => one.from === "alice")?.atMs ?? killedAt;
  line.event(
    answer.atMs,
    "client",
    `is answered again: ${Math.round(answer.atMs - before)} ms without an answer, ` +
      `of which deadtime is ${DEADTIME}`,
    "good",
  );
  await Bun.sleep(1_000);
  line.say(`\n${(await hb(bob, "status")).stdout.trimEnd()}\n`);

  const backAt = wallMs();
  await lab.boot("alice");
  agents[0] = startAgent(alice, ...directories(alice));
  line.event(backAt, "alice", "is switched on again; auto_failback is on, so the group goes home");
  await client.answered("alice", backAt, 20_000);
  const homeAt = client.answers.findLast((one) => one.from === "bob")?.atMs ?? backAt;
  const home = await client.answered("alice", homeAt, 5_000);
  const moved = Math.round(home.atMs - homeAt);
  line.event(home.atMs, "client", `was without an answer for ${moved} ms while it moved`, "good");
  await Bun.sleep(1_000);
  line.close();
  client.stop();
  for (const [i, agent] of agents.entries()) {
    const node = nodes[i];
    if (node !== undefined) await leave(node, agent);
  }
  line.event(wallMs(), "both", "left the cluster; the hosts are taken down");
}

const line = new Timeline(wallMs());
line.say(`Two hosts and a client in namespaces of this machine, running ${HB}
One group, owned by alice: the address ${ADDRESS} and a service that answers on it
The client asks every ${Timeline.slotMs} ms: a = alice answered, b = bob answered, · = nobody
`);
const lab = await Lab.up({ name: "demo", hosts: ["alice", "bob", "client"] });
lab.watch.tell((change) => {
  if (change.address !== ADDRESS) return;
  line.event(change.atMs, change.host, `${change.up ? "holds" : "no longer holds"} ${ADDRESS}`);
});
try {
  await story(lab, line);
} catch (error) {
  line.close();
  process.stderr.write(`${lab.tail()}\n${String(error)}\n`);
  process.exitCode = 1;
} finally {
  await lab.down();
}
