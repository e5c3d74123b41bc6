// Which messages local clients are handed, in which class and in which order.

import { describe, expect, test } from "bun:test";
import { filter } from "../../../src/core/clients/filter.ts";
import { text } from "../../../src/wire/message.ts";
import { netstringText } from "../../../src/wire/netstring.ts";
import { from, status } from "../membership/scene.ts";
import { echo, Listener } from "./listener.ts";

const all = Object.values(filter).reduce((sum, bit) => sum | bit, 0);

/** Alice beside an active bob, whose last number is 3, and clients that want these classes. */
function listening(wanted: number, nodes = ["alice", "bob", "carol"]): Listener {
  const alice = new Listener({ nodes });
  alice.hears(status("bob", "init", { seq: 1 }));
  alice.hears(status("bob", "up", { seq: 2 }));
  alice.hears(status("bob", "active", { seq: 3 }));
  alice.step({ on: "audience", filter: wanted }, 10);
  alice.delivered = [];
  return alice;
}

/** As bob's packets end. */
const tail = (seq: number) => `src=bob srcuuid seq=${seq.toString(16)} hg=3e8 ts=6b001160 ttl=3`;

describe("Core.step() hands clients", () => {
  test("what other nodes' clients and resource managers say, as it was received", () => {
    const alice = listening(filter.normal);
    const hello = { t: "hello", v: "a\x13b=c", from_id: "ccm", to_id: "ccm", client_gen: "7" };
    alice.hears(from("bob", hello, { seq: 4 }));
    alice.hears(from("bob", { t: "resource", rsc_hold: "all", isstable: "1" }, { seq: 5 }));
    expect(alice.delivered).toEqual([
      `1 hello v=a\x13b=c from_id=ccm to_id=ccm client_gen=7 ${tail(4)}`,
      `1 resource rsc_hold=all isstable=1 ${tail(5)}`,
    ]);
  });

  test.each([0, all])("the question for a client once, though they want %d", (wanted) => {
    const alice = listening(wanted);
    alice.hears(from("bob", { t: "query-cstatus", dest: "alice", cn: "ccm" }, { seq: 5 }));
    alice.hears(from("bob", { t: "query-cstatus", dest: "alice", cn: "ccm" }, { seq: 5 }));
    alice.hears(from("bob", { t: "query-cstatus", dest: "carol", cn: "ccm" }, { seq: 6 }));
    const questions = alice.delivered.filter((line) => line.includes("query"));
    expect(questions).toEqual([`1 query-cstatus dest=alice cn=ccm ${tail(5)}`]);
  });

  test("nothing while nobody listens", () => {
    const alice = listening(0);
    alice.hears(from("bob", { t: "hello" }, { seq: 4 }));
    alice.hears(echo, "router");
    alice.wait(12_000);
    expect(alice.delivered).toEqual([]);
  });

  test("the status of a node when it is another, and of the same class all links that follow", () => {
    const alice = listening(filter.normal);
    alice.hears(status("bob", "active", { seq: 4 }));
    alice.hears(status("carol", "init", { seq: 1 }));
    alice.hears(status("carol", "up", { seq: 2 }), "/dev/ttyS0");
    alice.hears(status("carol", "up", { seq: 3 }));
    expect(alice.delivered.map((line) => line.replace(/ (dt|protocol|src).*/, ""))).toEqual([
      "1 ifstat node=carol ifname=eth0 st=up",
      "1 status st=init",
      "1 ifstat node=carol ifname=/dev/ttyS0 st=up",
      "1 status st=up",
    ]);
  });

  test("its own word for a death, and then the links that died", () => {
    const alice = listening(filter.normal, ["alice", "bob"]);
    alice.hears(echo, "router");
    const list = { dest: "alice", t: "repnodes", nodelist: "alice bob ", delnodelist: " " };
    alice.hears(from("bob", list, { seq: 4 }));
    alice.wait(9_000);
    const ts = (1_795_000_005).toString(16);
    expect(alice.delivered.filter((line) => !/repnodes|src=alice/.test(line))).toEqual([
      "1 ifstat node=router ifname=router st=up",
      "1 NS_st st=ping info=ping src=router ts=6b001160",
      `1 status seq=1 ts=${ts} src=bob st=dead`,
      "1 ifstat node=bob ifname=eth0 st=dead",
      `1 status seq=1 ts=${ts} src=router st=dead info=ping`,
      "1 ifstat node=router ifname=router st=dead",
    ]);
  });

  // 3.0.6 says "dead" once more when the node is heard again (heartbeat-api 7); no client needs that.
  test.each([
    ["in its run", { seq: 40 }, "active"],
    ["in a new run", { seq: 1, hg: 1001 }, "init"],
  ] as const)(
    "of a node that comes back late %s its life, and its death no second time",
    (_, header, word) => {
      const alice = listening(filter.normal, ["alice", "bob"]);
      const list = { dest: "alice", t: "repnodes", nodelist: "alice bob ", delnodelist: " " };
      alice.hears(echo, "router");
      alice.hears(from("bob", list, { seq: 4 }));
      alice.delivered = [];
      alice.wait(9_000);
      const words = () =>
        alice.delivered
          .filter((line) => /^1 (status|ifstat) .*(src|node)=bob/.test(line))
          .map((line) => line.replace(/^1 (\w+) .*?\bst=(\w+).*/, "$1 $2"));
      expect(words()).toEqual(["status dead", "ifstat dead"]);
      alice.hears(status("bob", word, header), "eth0", 9_000);
      expect(words().slice(2)).toEqual(["ifstat up", `status ${word}`]);
      alice.hears(status("bob", "active", { ...header, seq: header.seq + 1 }), "eth0", 9_100);
      const after = word === "active" ? [] : ["status active"];
      expect(words().slice(4)).toEqual(after);
    },
  );

  test("a fault of a link of this host, as if it did not hear itself, but not of the way to a ping node", () => {
    const alice = listening(filter.normal);
    alice.step({ on: "link", link: "eth0", ok: false, reason: "no carrier" }, 20);
    alice.step({ on: "link", link: "router", ok: false, reason: "no route" }, 20);
    alice.step({ on: "link", link: "eth0", ok: true, reason: "open" }, 20);
    expect(alice.delivered).toEqual([
      "1 ifstat node=alice ifname=eth0 st=dead",
      "1 ifstat node=alice ifname=eth0 st=up",
    ]);
    expect(alice.node("alice")).toMatchObject({ links: [{ status: "up" }, { status: "up" }] });
  });

  test("the removal of a node by its name, and not the list", () => {
    const alice = listening(filter.normal);
    alice.wait(12_000);
    alice.hears(status("bob", "active", { seq: 4 }), "eth0", 12_000);
    alice.delivered = [];
    alice.hears(from("bob", { t: "delnode", nodelist: "carol" }, { seq: 5 }), "eth0", 12_000);
    expect(alice.delivered).toEqual(["1 delnode node=carol"]);
  });

  test.each([
    ["noChange", status("bob", "active", { seq: 4 }), "2 status"],
    ["noChange", echo, "2 NS_st"],
    ["duplicate", status("bob", "active", { seq: 3 }), "8 status"],
    ["duplicate", status("bob", "active", { seq: 2 }), "8 status"],
    ["dropped", status("bob", "active", { seq: 9, hg: 1 }), "4 status"],
    ["dropped", status("mallory", "active", { seq: 9 }), "4 status"],
    ["dropped", from("bob", { t: "hello", dest: "carol" }, { seq: 4 }), "4 hello"],
    ["protocol", from("bob", { t: "NS_ackmsg", dest: "alice", ackseq: "1" }), "20 NS_ackmsg"],
    ["protocol", from("bob", { t: "hb_groups" }, { seq: 4 }), "20 hb_groups"],
  ] as const)("of class %s alone, who want that class", (name, message, expected) => {
    for (const wanted of [all, filter[name], all & ~filter[name]]) {
      const alice = listening(wanted);
      const link = message === echo ? "router" : "eth0";
      alice.hears(echo, "router");
      alice.delivered = [];
      alice.hears(message, link);
      const lines = alice.delivered.map((line) => line.split(" ").slice(0, 2).join(" "));
      const ofMessage = lines.filter((line) => line.endsWith(expected.split(" ")[1] ?? ""));
      expect(ofMessage).toEqual(wanted & filter[name] ? [expected] : []);
    }
  });

  test("a report that brings a node back, as the status which it stands for", () => {
    const alice = new Listener({ nodes: ["alice", "bob"] });
    alice.step({ on: "audience", filter: filter.normal }, 0);
    alice.hears(from("bob", { t: "hb_groups", st: "active" }, { seq: 4 }));
    expect(alice.delivered).toEqual([
      "1 ifstat node=bob ifname=eth0 st=up",
      "1 status seq=1 ts=6afd86c0 src=bob st=active",
    ]);
  });

  test("what came before the status of a node after it", () => {
    const alice = new Listener({ nodes: ["alice", "bob"] });
    alice.step({ on: "audience", filter: filter.normal }, 0);
    alice.hears(from("bob", { t: "hello" }, { seq: 2 }));
    alice.hears(status("bob", "up", { seq: 3 }));
    const types = alice.delivered.map((line) => line.split(" ")[1]);
    expect(types).toEqual(["ifstat", "status", "hello"]);
  });

  test("what this node says itself to all, and what it says to itself, but nothing for another", () => {
    const alice = listening(filter.normal | filter.noChange);
    const say = (fields: Record<string, string>) => {
      alice.step({ on: "client", body: netstringText(text(fields)) }, 20);
    };
    say({ t: "resource", rsc_hold: "all" });
    say({ t: "hello", dest: "alice" });
    say({ t: "hello", dest: "bob" });
    say({ t: "hello", dest: "Alice" });
    expect(alice.delivered.map((line) => line.replace(/ seq=.*/, ""))).toEqual([
      "1 resource rsc_hold=all src=alice srcuuid",
      "1 hello dest=alice destuuid src=alice srcuuid",
    ]);
  });
});

describe("Core.step() holds joins and leaves back", () => {
  const join = (seq: number) => from("bob", { t: "hbapi-clstat", st: "join" }, { seq });
  const hello = (seq: number) => from("bob", { t: "hello" }, { seq });
  const seen = (alice: Listener) =>
    alice.delivered.map((line) => line.replace(/^1 (\S+) .*seq=(\w+).*/, "$1 $2"));

  test("while earlier packets of that node are missing, and lets other messages pass", () => {
    const alice = listening(filter.normal);
    alice.hears(join(6));
    alice.hears(hello(7));
    alice.hears(join(8));
    expect(seen(alice)).toEqual(["hello 7"]);
    alice.hears(hello(4));
    expect(seen(alice)).toEqual(["hello 7", "hello 4"]);
    alice.hears(hello(5));
    expect(seen(alice)).toEqual([
      "hello 7",
      "hello 4",
      "hello 5",
      "hbapi-clstat 6",
      "hbapi-clstat 8",
    ]);
  });

  test("no longer than until the node says that it has those no more", () => {
    const alice = listening(filter.normal);
    alice.hears(join(5));
    expect(seen(alice)).toEqual([]);
    alice.hears(from("bob", { t: "NS_nak_rexmit", firstseq: "4", dest: "alice" }));
    expect(seen(alice)).toEqual(["hbapi-clstat 5"]);
  });

  test("for good when the node dies or begins anew", () => {
    const alice = listening(filter.normal);
    alice.hears(join(5));
    alice.hears(status("bob", "up", { seq: 1, hg: 1001 }));
    alice.hears(from("bob", { t: "hello" }, { seq: 2, hg: 1001 }));
    expect(alice.delivered.join("\n")).not.toContain("clstat");
  });
});
