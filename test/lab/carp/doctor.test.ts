// `hb doctor` on hosts that run `hb carp` and no agent: what is really broken is found, and what is printed
// repairs it.

import { expect, setDefaultTimeout, test } from "bun:test";
import type { Finding } from "../../../src/desk/doctor/finding.ts";
import { HB } from "../agent.ts";
import { until } from "../until.ts";
import { AT_ONCE_MS, type BesideUcarp, besideUcarp, DEAD_MS, VIP } from "./besideucarp.ts";

setDefaultTimeout(120_000);

/** What is not well on a host. */
async function ill(run: BesideUcarp, name: string): Promise<Finding[]> {
  const { stdout, stderr } = await run.host(name).exec([HB, "doctor", "--json"]);
  const { findings } = JSON.parse(stdout || stderr) as { findings: Finding[] };
  expect(findings[0]?.text).toBe('There is no /etc/ha.d/ha.cf: "hb carp" alone is looked at');
  return findings.filter(({ level }) => level !== "ok");
}

function says(run: BesideUcarp, name: string, text: RegExp): Promise<Finding> {
  const what = `${text} of the doctor on ${name}`;
  return until({ what, withinMs: 20_000, everyMs: 100 }, async () => {
    return (await ill(run, name)).find((finding) => text.test(finding.text));
  });
}

test("hb doctor finds what is broken around hb carp, and what it prints repairs it", async () => {
  await besideUcarp(["alice", "bob"], async (run) => {
    const [alice, bob] = [run.host("alice"), run.host("bob")];
    const shell = async (line: string) => {
      expect(await alice.exec(["sh", "-c", line])).toMatchObject({ code: 0 });
    };
    await run.hb("alice", "-u", "/etc/ha.d/up", "-d", "/etc/ha.d/down", "--preempt");
    await run.held(["alice"], DEAD_MS + AT_ONCE_MS + 5_000);
    expect(await ill(run, "alice")).toEqual([]);

    await shell("chmod 644 /etc/ha.d/passfile; chmod -x /etc/ha.d/down");
    const fixes = (await ill(run, "alice")).map(({ fix }) => fix ?? "false");
    expect(fixes).toEqual(["chmod 600 /etc/ha.d/passfile", "chmod +x /etc/ha.d/down"]);
    await shell(fixes.join(" && "));
    await shell("ip link set eth0 multicast off");
    const [cable] = await ill(run, "alice");
    expect(cable?.text).toBe("eth0 does no multicast, as CARP needs it");
    await shell(cable?.fix ?? "false");
    expect(await ill(run, "alice")).toEqual([]);

    // Deaf by a rule of its own, bob is master as well, and alice does not yield to a worse one.
    const edge = "{ type filter hook ingress device eth0 priority 0; policy accept; }";
    const deafen = `nft add table netdev n && nft 'add chain netdev n i ${edge}' && nft add rule netdev n i ip protocol 112 drop`;
    expect(await bob.exec(["sh", "-c", deafen])).toMatchObject({ code: 0 });
    await run.hb("bob", "-k", "50");
    const rival = `${bob.address()} is master of eth0/42 as well: it does not hear this host`;
    await says(run, "alice", new RegExp(`^${RegExp.escape(rival)}$`));
    expect((await alice.exec([HB, "status"])).stdout).toContain(" is master as well: it does not ");
    const rule = await says(run, "bob", /drops? adverts \(protocol 112\) from eth0/);
    expect(await bob.exec(["sh", "-c", rule.fix ?? "false"])).toMatchObject({ code: 0 });
    await run.held(["alice"], DEAD_MS + AT_ONCE_MS);
    expect((await run.router("bob"))?.state).toBe("backup");
    run.signalHb("bob", "SIGTERM");

    await run.ucarp("bob", "-p", "another", "-a", VIP);
    const other = await says(run, "alice", /with another password or other addresses, and it goes/);
    expect(other).toMatchObject({ check: "carp", level: "fail" });
  });
});
