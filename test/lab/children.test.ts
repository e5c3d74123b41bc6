// Programs beside the agent, and beside Heartbeat 3.0.6: the same lines of ha.cf on two hosts that do not know each
// other, one with hb and one with the real one. What a program finds there must be the same.

import { expect, setDefaultTimeout, test } from "bun:test";
import { existsSync } from "node:fs";
import type { ChildView } from "../../src/core/snapshot.ts";
import { built, hb, leave, startAgent, status } from "./agent.ts";
import { configure } from "./conf.ts";
import { hasHeartbeat, startHeartbeat } from "./heartbeat.ts";
import type { Host } from "./host.ts";
import { withLab } from "./lab.ts";
import { SOON_MS, stays, until } from "./until.ts";

setDefaultTimeout(90_000);

/** What it finds, by the shell that runs it; then it stays. What the shell itself blocks is asked of another program. */
const look = `#!/bin/sh
said=/var/log/look-$1
(
echo "arguments: $*"
(env | grep -v -e ^_= -e ^HB_)
(grep -E '^(Uid|Gid|Groups|Umask|SigIgn):' /proc/$$/status)
(grep ^SigBlk: /proc/self/status)
for fd in 0 1 2; do (readlink /proc/$$/fd/$fd); done
(readlink /proc/$$/cwd)
[ "$(cut -d' ' -f5 /proc/$$/stat)" = $$ ] && echo leads a group
[ "$(cut -d' ' -f6 /proc/$$/stat)" = $$ ] || echo leads no session
) >$said.new
mv $said.new $said
exec sleep 600
`;

/** It is started again, again and again. */
const hasty = "#!/bin/sh\necho x >>/var/log/hasty\nexit 3\n";
/** It ends once, and stays the next time. */
const once = (name: string, end: string) =>
  `#!/bin/sh\n[ -e /var/log/${name} ] && exec sleep 600\necho x >/var/log/${name}\n${end}\n`;
const coded = once("coded", "exit 7");
const slain = once("slain", "kill -KILL $$");
const rests = "#!/bin/sh\necho x >>/var/log/rests\nexit 100\n";

const lines = [
  "env SITE=berlin",
  "logfacility local3",
  "respawn root /etc/ha.d/look root 'two  words' $HA_keepalive # and this is not told",
  "respawn hacluster /etc/ha.d/hasty",
  "failfast hacluster /etc/ha.d/look hacluster",
  "respawn root /etc/ha.d/rests",
  "respawn root /etc/ha.d/coded",
  "respawn root /etc/ha.d/slain",
];

async function prepare(host: Host): Promise<void> {
  for (const [name, text] of Object.entries({ look, hasty, rests, coded, slain })) {
    host.write(`ha.d/${name}`, text, 0o755);
  }
  await host.exec(["chmod", "777", "/var/log"]);
}

/** Lines of what it found, in their order but for the variables. */
async function found(host: Host, who: string): Promise<string[]> {
  const path = `log/look-${who}`;
  await until(
    { what: `the program of ${who} on ${host.name}`, withinMs: SOON_MS, everyMs: 50 },
    () => (host.read(path) === "" ? undefined : true),
  );
  const text = host.read(path).replaceAll(host.name, "HOST");
  return text.trim().split("\n").toSorted();
}

async function child(host: Host, name: string): Promise<ChildView | undefined> {
  return (await status(host))?.children?.find(({ program }) => program.endsWith(`/${name}`));
}

test.skipIf(!hasHeartbeat())(
  "hb agent runs the programs of respawn and failfast as Heartbeat 3.0.6 does",
  async () => {
    await built();
    await withLab({ hosts: ["alice", "bob"], name: "child" }, async (lab) => {
      const [ours, theirs] = [lab.host("alice"), lab.host("bob")];
      for (const host of lab.hosts) {
        const auth = `sha1 of-${host.name}`;
        configure(lab, { resources: [], extra: lines, nodes: [host.name], auth }, [host]);
        await prepare(host);
      }
      await startHeartbeat(theirs);
      const agent = startAgent(ours);
      for (const who of ["root", "hacluster"]) {
        const [mine, real] = [await found(ours, who), await found(theirs, who)];
        expect(mine).toEqual(real);
        expect(mine.length).toBeGreaterThan(50);
      }
      expect(await found(ours, "root")).toContain("arguments: root two  words 200ms");
      // Eleven lives, then both give it up.
      await theirs.says("log/ha-log", /hasty "respawning too fast"/, 30_000);
      const wait = { what: "hb to give it up", withinMs: 30_000, everyMs: 200 };
      await until(wait, async () => (await child(ours, "hasty"))?.state === "failed" || undefined);
      for (const host of lab.hosts) {
        expect(host.read("log/hasty")).toBe("x\n".repeat(11));
        expect(host.read("log/rests")).toBe("x\n");
      }
      expect(await child(ours, "rests")).toMatchObject({ state: "done", lastExit: { code: 100 } });
      for (const name of ["coded", "slain"]) {
        expect(await child(ours, name)).toMatchObject({ state: "running", restarts: 1 });
      }
      const { stdout } = await hb(ours, "status");
      expect(stdout).toMatch(/\/coded +running .* started again once, last exit code 7 +pid/);
      expect(stdout).toMatch(/\/slain +running .* started again once, last killed by SIGKILL +pid/);
      expect(ours.read("log/ha-log")).toMatch(/hasty" is given up after 11 short lives in a row/);
      expect(await leave(ours, agent)).toBe(0);
      expect(ours.pidsOf(/sleep 600/)).toEqual([]);
    });
  },
);

const CCM = "/usr/libexec/heartbeat/ccm";

test.skipIf(!existsSync(CCM))(
  "hb agent with crm ccm-only runs ccm, which finds its cluster, and leaves haresources alone",
  async () => {
    await built();
    await withLab({ hosts: ["alice"], name: "child" }, async (lab) => {
      const alice = lab.host("alice");
      configure(lab, { resources: ["alice 10.77.0.100/24/eth0"], extra: ["crm ccm-only"] });
      const agent = startAgent(alice);
      await alice.says("log/ha-log", /The client "ccm" \(pid \d+\) signs on/, SOON_MS);
      await stays({ what: "ccm goes on", withinMs: 2_000 }, async () => {
        const view = await child(alice, "ccm");
        return view?.state === "running" && view.restarts === 0 && view.user === "hacluster";
      });
      expect((await status(alice))?.groups).toEqual([]);
      expect(alice.read("log/hb.log")).toContain("haresources: warning: The file is not read");
      expect(await leave(alice, agent)).toBe(0);
      expect(alice.pidsOf(/heartbeat\/ccm/)).toEqual([]);
    });
  },
);
