// `hb release` after real agents that were killed: real addresses and scripts, in a network of its own.

import { afterAll, expect, test } from "bun:test";
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { processName } from "../../src/desk/process.ts";
import { AgentHost, haCf, started } from "./agenthost.ts";

const root = mkdtempSync("/tmp/hb-release-");
afterAll(async () => {
  for (const host of started) await host.destroy();
  started.clear();
  rmSync(root, { recursive: true, force: true });
});

const limit = 60_000;
const address = "10.77.0.10";

/** Its address would stay for ever: what takes it down is not the end of a lease. */
async function holder(name: string, more = ""): Promise<AgentHost> {
  const host = new AgentHost(join(root, name));
  host.write("ha.cf", `${haCf}address_lease off\n${more}`);
  host.write("haresources", `alice ${address}/24/eth0 disk svc\n`);
  for (const script of ["disk", "svc"]) {
    const up = join(root, name, script);
    const note = `echo "$1 ${script} $(ip -br addr show eth0 | grep -c ${address})"`;
    host.script(
      script,
      `case $1 in
start) ${note} >> ${root}/${name}/did; touch ${up};;
stop) ${note} >> ${root}/${name}/did; rm -f ${up};;
status) [ -e ${up} ] && echo running || echo stopped;;
esac`,
    );
  }
  await host.network();
  return host;
}

async function release(host: AgentHost): Promise<{ code: number; said: string }> {
  const words = host.command().map((word) => (word === "agent" ? "release" : word));
  const child = host.inside(...words.slice(0, words.indexOf("--log-level")));
  const said = await new Response(child.stderr).text();
  return { code: await child.exited, said };
}

const did = (name: string) =>
  readFileSync(join(root, name, "did"), "utf8")
    .trim()
    .split("\n");

test.concurrent(
  "hb release takes the addresses of a dead agent off, then stops its services in reverse order",
  async () => {
    const host = await holder("dead");
    host.start();
    await host.holds();
    const refused = await release(host);
    expect(refused.said).toContain(`An agent is already running with ${host.places.run}`);
    expect(refused.code).toBe(1);
    expect(did("dead")).toEqual(["start disk 1", "start svc 1"]);

    // A pulse that hangs does not see the end of its desk.
    const { pulse } = host;
    process.kill(pulse, "SIGSTOP");
    process.kill(host.pid, "SIGKILL");
    await host.agent?.exited;
    expect(await host.addresses()).toContain(address);
    // Nothing that the files say is needed to release what is up.
    appendFileSync(host.places.haCf, "nonsense 5\n");
    rmSync(host.places.haresources);

    const released = await release(host);
    expect(released.said).toContain("Everything is released");
    expect(released.code).toBe(0);
    expect(processName(pulse)).toBeUndefined();
    expect(await host.addresses()).not.toContain(address);
    expect(did("dead").slice(2)).toEqual(["stop svc 0", "stop disk 0"]);

    const again = await release(host);
    expect(again).toEqual({ code: 0, said: `Nothing is left of an agent in ${host.places.run}\n` });
    expect(did("dead")).toHaveLength(4);
  },
  limit,
);

test.concurrent(
  "hb release gives a script that hangs its eleven tries, says what is left, and does it later",
  async () => {
    const host = await holder("hanging");
    const hang = join(root, "hanging", "hang");
    const svc = readFileSync(join(host.places.conf, "resource.d/svc"), "utf8");
    host.script("svc", svc.replace("stop)", `stop) [ ! -e ${hang} ] || exec sleep 60;`));
    host.start();
    await host.holds();
    await Bun.write(hang, "");
    process.kill(host.pid, "SIGKILL");
    await host.agent?.exited;
    // Long enough for a script that does not hang, on a busy machine.
    appendFileSync(host.places.haCf, "resource_timeout 500ms\n");

    const released = await release(host);
    expect(released.code).toBe(1);
    expect(released.said.match(/svc stop failed in \d+ ms: timed out after 500 ms/g)).toHaveLength(
      11,
    );
    expect(released.said).toContain("Not released, and may still be up here: svc\n");
    expect(await host.addresses()).not.toContain(address);
    // As in every stop: what it stands on is stopped all the same, unless on_stop_failure reboots.
    expect(did("hanging").at(-1)).toBe("stop disk 0");

    rmSync(hang);
    const again = await release(host);
    expect(again.said).toContain("Everything is released");
    expect(again.code).toBe(0);
    expect(did("hanging").at(-1)).toBe("stop svc 0");
    expect(existsSync(host.places.memory)).toBe(false);
  },
  limit,
);

test.concurrent(
  "hb release gives back what virtual routers of a dead agent have, and runs their down scripts",
  async () => {
    const home = join(root, "router");
    const pass = `passfile=${home}/pass`;
    const scripted = `carp eth0 8 10.77.0.30/24 ${pass} upscript=${home}/up downscript=${home}/down`;
    const host = await holder("router", `carp eth0 7 10.77.0.20/24 ${pass} vmac\n${scripted}\n`);
    writeFileSync(join(home, "pass"), "long enough\n", { mode: 0o600 });
    writeFileSync(join(home, "up"), `#!/bin/sh\ntouch ${home}/isup\n`, { mode: 0o755 });
    writeFileSync(join(home, "down"), `#!/bin/sh\necho "$@" >> ${home}/downs\n`, { mode: 0o755 });
    host.start();
    const shown = async () => {
      return await new Response(host.inside("ip", "-br", "addr").stdout).text();
    };
    await host.until(async () => (await shown()).includes("10.77.0.20/"));
    await host.until(() => existsSync(join(home, "isup")));
    const downs = () => readFileSync(join(home, "downs"), "utf8").trim().split("\n");
    const before = downs().length;
    // Both halves at once: a pulse that sees the end of its desk puts away what has no lease.
    process.kill(host.pid, "SIGSTOP");
    process.kill(host.pulse, "SIGKILL");
    process.kill(host.pid, "SIGKILL");
    await host.agent?.exited;
    expect(await shown()).toContain("10.77.0.20/");

    const released = await release(host);
    expect(released.said).toContain("Everything is released");
    expect(released.code).toBe(0);
    expect(await shown()).not.toContain("10.77.0.20/");
    expect(await shown()).not.toContain("carp-");
    expect(downs().slice(before)).toEqual(["eth0 10.77.0.30"]);
  },
  limit,
);
