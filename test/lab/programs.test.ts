// The programs of docs/programs.md, as they stand there, on two nodes that speak to each other: in Python at hb's control
// socket, in C at the client API of the other node, which is hb's or Heartbeat 3.0.6's, and in shell.

import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { built, HB, hb, settled, startAgent } from "./agent.ts";
import { configure } from "./conf.ts";
import { startHeartbeat, stopHeartbeat, withHeartbeat } from "./heartbeat.ts";
import type { Host } from "./host.ts";
import { withLab } from "./lab.ts";
import { must } from "./shell.ts";
import { SOON_MS, until } from "./until.ts";

setDefaultTimeout(120_000);

const PAGE = readFileSync(join(import.meta.dir, "../../docs/programs.md"), "utf8");
const ADDRESS = "10.77.0.100";

/** The one block of the page in this language that has this text in it. */
function block(language: string, mark: string): string {
  const blocks = [...PAGE.matchAll(/^```(\w+)\n(.*?)^```$/gms)];
  const found = blocks.filter(([, name, text]) => name === language && text?.includes(mark));
  expect(found).toHaveLength(1);
  return found[0]?.[2] ?? "";
}

/** Compiles the page's program by the page's command; on the host it is /etc/ha.d/hello. */
async function compile(host: Host): Promise<void> {
  const at = join(host.dir, "ha.d");
  writeFileSync(join(at, "hello.c"), block("c", "llc_ops"));
  await must(["bash", "-c", `cd ${at} && ${block("sh", "-lhbclient")}`]);
}

for (const other of ["hb", "3.0.6"] as const) {
  test(`a program in Python on hb and one in C on ${other} hear each other`, async () => {
    await built();
    const within = other === "hb" ? withLab : withHeartbeat;
    await within({ hosts: ["alice", "bob"] }, async (lab) => {
      const [alice, bob] = [lab.host("alice"), lab.host("bob")];
      configure(lab, {
        resources: [`alice ${ADDRESS}/24/eth0`],
        extra: ["apiauth hello uid=root"],
      });
      await compile(bob);
      startAgent(alice);
      if (other === "hb") startAgent(bob);
      else await startHeartbeat(bob);
      await settled(alice);
      const shell = `hb() { ${HB} "$@"; }; logger() { shift 2; echo "$*"; }`;
      alice.spawn(["bash", "-c", `${shell}; ${block("sh", "hb listen")}`], "shell.log");
      // It may be that the API opens a moment after the node is active.
      bob.spawn(["bash", "-c", "until /etc/ha.d/hello; do sleep 0.2; done"], "hello.log");
      await until({ what: "the program in C to be heard of", withinMs: SOON_MS }, async () => {
        const { stdout } = await bob.exec(["cl_status", "clientstatus", "bob", "hello", "2000"]);
        return stdout.includes("online");
      });
      alice.write("ha.d/hello.py", block("python", "sock.connect"));
      alice.spawn(["python3", "/etc/ha.d/hello.py"], "python.log");
      await bob.says("log/hello.log", /^alice says: hello from Python$/, SOON_MS);
      await alice.says("log/python.log", /^bob says: hello from C$/, SOON_MS);
      await alice.says("log/python.log", new RegExp(`^${ADDRESS}\\S* is held by alice$`), SOON_MS);
      await alice.says("log/shell.log", new RegExp(`^${ADDRESS}\\S* is held by alice$`), SOON_MS);
      const said = await hb(alice, "send", "--to", "bob", "hello", "only for bob");
      expect(said.code).toBe(0);
      await bob.says("log/hello.log", /^alice says: only for bob$/, SOON_MS);
      expect(alice.read("log/python.log")).not.toContain("only for bob");
      if (other === "3.0.6") await stopHeartbeat(bob);
    });
  });
}
