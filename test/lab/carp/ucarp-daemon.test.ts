// In the background, by the name of ucarp: what goes to syslog, and what the scripts get.

import { expect, setDefaultTimeout, test } from "bun:test";
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { askCarp } from "../../../src/desk/carp/sibling.ts";
import { built, HB, runDirectory } from "../agent.ts";
import { withLab } from "../lab.ts";
import { until } from "../until.ts";
import { UCARP } from "./besideucarp.ts";

/** A script that tells how it was called; that of a master first waits until it may. */
const script = (wait: string) =>
  `#!/bin/sh\n${wait}echo "$(pwd) $(readlink /proc/self/fd/0) $*" >>/var/log/scripts\n`;

setDefaultTimeout(60_000);

/** Priority, program and text; neither time nor pid nor which of the two addresses it was. */
function said(text: string, vip: string, pid: string): string[] {
  const lines = text.split("<").filter((line) => line.includes(`ucarp[${pid}]`));
  return lines.map((line) =>
    line
      .replace(/>.*? ucarp\[\d+\]/, "> ucarp")
      .replace(vip, "VIP")
      .replace(/ id \d+/, " id N")
      .trim(),
  );
}

test("ucarp -B and hb by its name write the same to syslog and call scripts the same way", async () => {
  await built();
  await withLab({ hosts: ["alice"], name: "daemon", logs: ["log/syslog"] }, async (lab) => {
    const alice = lab.host("alice");
    mkdirSync(join(lab.dir, "bin"));
    symlinkSync(HB, join(lab.dir, "bin/ucarp"));
    alice.write("ha.d/down", script(""), 0o755);
    alice.write("ha.d/up", script("until [ -e /var/log/go ]; do sleep 0.05; done\n"), 0o755);
    alice.spawn(["socat", "-u", "UNIX-RECV:/dev/log", "OPEN:/var/log/syslog,creat,append"]);
    await until({ what: "a syslog daemon", withinMs: 5_000 }, async () => {
      return (await alice.exec(["test", "-S", "/dev/log"])).code === 0;
    });
    const vips = ["10.77.200.7", "10.77.200.8"] as const;
    const scripts = ["-u", "/etc/ha.d/up", "-d", "/etc/ha.d/down", "-x", "extra"];
    for (const [i, program] of [UCARP, join(lab.dir, "bin/ucarp")].entries()) {
      const own = ["-i", "eth0", "-s", alice.address(), "-v", `${7 + i}`, "-p", "love"];
      const rest = ["-a", vips[i] ?? "", ...scripts, "-z", "-B", "-f", "local3"];
      const started = await alice.exec([program, ...own, ...rest]);
      expect([started.code, started.stdout, started.stderr]).toEqual([0, "", ""]);
    }
    const text = () => alice.read("log/syslog");
    const count = (what: string) => text().split(what).length - 1;
    await until({ what: "two masters", withinMs: 15_000 }, () => count("g [/etc/ha.d/up") === 2);
    // Neither answers before its script has ended, though it has named its new state.
    alice.signal("SIGUSR1", /\bucarp\b/);
    expect((await askCarp(runDirectory(alice), 5_000)).routers.length).toBe(1);
    expect(count("on eth0 id")).toBe(0);
    alice.write("log/go", "");
    await until({ what: "two answers", withinMs: 15_000 }, () => count("MASTER on eth0") === 2);
    alice.signal("SIGTERM", /\bucarp\b/);
    const calls = () => alice.read("log/scripts").split("\n").filter(Boolean);
    await until({ what: "six calls", withinMs: 10_000 }, () => calls().length === 6);
    await until({ what: "no process is left", withinMs: 5_000 }, () => {
      return alice.pidsOf(/\bucarp\b|\bhb\b/).length === 0;
    });
    const [theirs = "", ours = ""] = [...new Set(text().match(/(?<=ucarp\[)\d+/g))];
    const [first, second] = [said(text(), vips[0], theirs), said(text(), vips[1], ours)];
    expect(second).toEqual(first);
    expect(first[0]).toBe(
      "158> ucarp: [INFO] Local advertised ethernet address is [02:4c:00:00:00:0b]",
    );
    expect(first).toContain("158> ucarp: [INFO] MASTER on eth0 id N");
    expect(first.length).toBe(7);
    const of = (vip: string) => calls().filter((call) => call.includes(vip));
    for (const vip of vips) expect(of(vip)).toEqual(Array(3).fill(`/ /dev/null eth0 ${vip} extra`));
  });
});
