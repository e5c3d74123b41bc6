// The machines themselves: what the other tests here rely on, shown by plain programs.

import { expect, setDefaultTimeout, test } from "bun:test";
import { until } from "../lab/until.ts";
import { withMachines } from "./lab.ts";

setDefaultTimeout(120_000);

test("withMachines() boots machines with a disk, a wire, a cable and a watchdog", async () => {
  const plan = {
    machines: ["alice", "bob"],
    cables: [["alice", "bob"]] as const,
    watchdogs: ["bob"],
  };
  await withMachines(plan, async (lab) => {
    const [alice, bob] = [lab.machine("alice"), lab.machine("bob")];
    expect(await alice.exec("echo out; echo err >&2; exit 3")).toEqual({
      code: 3,
      stdout: "out\n",
      stderr: "err\n",
    });
    // Commands run side by side: the second ends first.
    const slow = alice.exec("while [ ! -e /tmp/go ]; do sleep 0.1; done; hostname");
    await alice.must("touch /tmp/go");
    expect((await slow).stdout).toBe("alice\n");
    expect(await alice.must("hb version")).toContain("hb ");
    await alice.must(`ping -c 1 -w 5 ${bob.address}`);
    await bob.must("ip addr add 10.77.0.99/24 dev eth0");
    await lab.watch.held("10.77.0.99", ["bob"], 5_000);

    const cable = lab.cable("alice", "bob");
    for (const machine of [alice, bob]) await machine.must(`stty -F ${cable.tty("bob")} raw -echo`);
    void bob.exec(`cat ${cable.tty("bob")} >/var/log/line`);
    const arrives = async (word: string, send: () => unknown) => {
      await until({ what: `"${word}" on the line`, withinMs: 20_000, everyMs: 100 }, async () => {
        await send();
        return bob.read("log/line").includes(word);
      });
    };
    const say = (word: string) => alice.must(`echo ${word} >${cable.tty("alice")}`);
    await arrives("first", () => say("first"));
    cable.cut();
    const lost = cable.bytesFrom("alice");
    await say("second");
    await until({ what: "the bytes to be lost", withinMs: 5_000 }, () => {
      const now = cable.bytesFrom("alice");
      return now.sent >= lost.sent + "second\n".length && now.delivered === lost.delivered;
    });
    cable.heal();
    await arrives("third", () => say("third"));
    await arrives("noise", () => cable.inject("bob", Buffer.from("noise\n")));
    expect(bob.read("log/line")).not.toContain("second");

    lab.ethernet.cut("alice");
    expect((await alice.exec(`ping -c 1 -w 1 ${bob.address}`)).code).toBe(1);
    lab.ethernet.heal("alice");
    await alice.must(`ping -c 1 -w 5 ${bob.address}`);

    await bob.must("watchdog -T 2 -t 1 /dev/watchdog && kill -STOP $(pidof watchdog)");
    await bob.off(10_000);
    expect(bob.happenings.map((each) => each.event)).toContain("WATCHDOG");
    expect(lab.watch.holders("10.77.0.99")).toEqual([]);
  });
});
