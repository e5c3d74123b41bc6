// heartbeat-wire 10: from the first breath to a full member.

import { expect, test } from "bun:test";
import { at } from "../../../src/core/instant.ts";
import { Membership } from "../../../src/core/membership/membership.ts";
import { textOf } from "../../../src/wire/message.ts";
import { boot, config, from, news, Stage, sent, sentOf, status, TIMING } from "./scene.ts";

test("Membership.start() says init, up, up with seq 1, 2, 3 and one ping each", () => {
  const alice = new Membership(config("alice"), boot("alice"), at(0));
  const { effects } = alice.start(at(0));
  const words = sent(effects).map((message) => [textOf(message, "st"), textOf(message, "seq")]);
  expect(words).toEqual([
    ["init", "1"],
    ["up", "2"],
    ["up", "3"],
  ]);
  expect(effects.filter((effect) => effect.do === "ping")).toHaveLength(3);
  expect(alice.status).toBe("up");
});

test("Membership.start() stamps fields in the order of Heartbeat, with hb after protocol", () => {
  const alice = new Membership(config("alice"), boot("alice"), at(0));
  const [first] = sent(alice.start(at(0)).effects);
  expect(first?.fields.map((field) => field.name)).toEqual([
    "t",
    "st",
    "dt",
    "protocol",
    "hb",
    "src",
    "srcuuid",
    "seq",
    "hg",
    "ts",
    "ld",
    "ttl",
  ]);
  expect(first && textOf(first, "dt")).toBe("1388");
  expect(first && textOf(first, "ttl")).toBe("3");
});

test("Membership of two hb nodes is complete after a few flights of a message", () => {
  const stage = new Stage(() => [0.2]);
  const alice = stage.add(config("alice"), boot("alice"));
  const bob = stage.add(config("bob"), boot("bob"));
  stage.run(at(5));
  for (const actor of [alice, bob]) {
    expect(actor.membership.status).toBe("active");
    expect(actor.events).toContain("comm-up");
  }
  expect(alice.events.filter((event) => !event.startsWith("message"))).toEqual(
    expect.arrayContaining(["up bob", "active bob", "comm-up"]),
  );
  expect(bob.membership.members().map((member) => member.speaksHb)).toEqual([true, true]);
});

test("Membership alone waits for initdead, then is active without asking anybody", () => {
  const stage = new Stage(() => [0]);
  const alice = stage.add(config("alice"), boot("alice"));
  stage.run(at(9_999));
  expect(alice.membership.status).toBe("up");
  stage.run(at(10_000));
  expect(alice.membership.status).toBe("active");
  expect(alice.events).toEqual(["dead bob", "comm-up"]);
  expect(alice.logs).toContain("bob is dead: never heard in 10000 ms (initdead is over)");
  expect(alice.sent.map((message) => textOf(message, "t"))).not.toContain("reqnodes");
});

test("Membership.reload() before the start is over leaves initdead where the run's start put it", () => {
  const stage = new Stage(() => [0]);
  const alice = stage.add(config("alice"), boot("alice"));
  for (const moment of [3000, 6000, 9000]) {
    stage.run(at(moment));
    stage.carryOut(alice, alice.membership.reload(config("alice"), stage.now));
  }
  stage.run(at(9_999));
  expect(alice.membership.status).toBe("up");
  stage.run(at(10_000));
  expect(alice.membership.status).toBe("active");
});

test("Membership.reload() counts a changed initdead from the run's start, autojoin or not", () => {
  for (const autojoin of ["none", "any"] as const) {
    const stage = new Stage(() => [0]);
    const alice = stage.add(config("alice", { autojoin }), boot("alice"));
    stage.run(at(4000));
    const timing = { ...TIMING, initdeadMs: 15_000 };
    const longer = config("alice", { autojoin, timing });
    stage.carryOut(alice, alice.membership.reload(longer, stage.now));
    stage.run(at(14_999));
    expect(alice.membership.status).toBe("up");
    stage.run(at(15_000));
    expect(alice.membership.status).toBe("active");
  }
});

test("Membership.reload() to an initdead that has passed ends the wait", () => {
  const stage = new Stage(() => [0]);
  const alice = stage.add(config("alice"), boot("alice"));
  stage.run(at(8000));
  const shorter = config("alice", { timing: { ...TIMING, initdeadMs: 7000 } });
  stage.carryOut(alice, alice.membership.reload(shorter, stage.now));
  stage.run(at(8001));
  expect(alice.membership.status).toBe("active");
});

test("Membership repeats reqnodes each second until a repnodes comes", () => {
  const alice = new Membership(config("alice"), boot("alice"), at(0));
  alice.start(at(0));
  const first = alice.heard("eth0", status("bob", "init", { seq: 1 }), at(10));
  expect(sentOf(first.effects, "reqnodes").map((message) => textOf(message, "dest"))).toEqual([
    "bob",
  ]);
  const early = alice.heard("eth0", status("bob", "up", { seq: 2 }), at(900));
  expect(sentOf(early.effects, "reqnodes")).toEqual([]);
  expect(alice.deadline()).toBe(at(1010));
  expect(sentOf(alice.expire(at(1010)).effects, "reqnodes")).toHaveLength(1);
  const list = { dest: "alice", t: "repnodes", nodelist: "alice bob ", delnodelist: " " };
  const answer = alice.heard("eth0", from("bob", list, { seq: 3 }), at(1020));
  expect(news(answer.events)).toEqual(["comm-up"]);
  expect(sentOf(answer.effects, "status").map((message) => textOf(message, "st"))).toEqual([
    "active",
  ]);
  expect(sentOf(alice.expire(at(3000)).effects, "reqnodes")).toEqual([]);
});

test("Membership asks the next node when the one asked first has died", () => {
  const nodes = ["alice", "bob", "carol"];
  const alice = new Membership(config("alice", { nodes }), boot("alice"), at(0));
  alice.start(at(0));
  alice.heard("eth0", status("bob", "up", { seq: 1, dt: 1000 }), at(9_500));
  const asked = alice.heard("eth0", status("carol", "up", { seq: 1 }), at(9_600));
  expect(sentOf(asked.effects, "reqnodes").map((message) => textOf(message, "dest"))).toEqual([
    "bob",
  ]);
  const again = alice.expire(at(10_600));
  expect(news(again.events)).toEqual(["dead bob"]);
  expect(sentOf(again.effects, "reqnodes").map((message) => textOf(message, "dest"))).toEqual([
    "carol",
  ]);
});

test("Membership asks the next node when the one asked first does not answer, and then again", () => {
  const nodes = ["alice", "bob", "carol"];
  const alice = new Membership(config("alice", { nodes }), boot("alice"), at(0));
  alice.start(at(0));
  alice.heard("eth0", status("bob", "up", { seq: 1 }), at(0));
  const asked = [alice.heard("eth0", status("carol", "up", { seq: 1 }), at(0))];
  for (const moment of [1_000, 2_000, 3_000]) asked.push(alice.expire(at(moment)));
  const questions = asked.flatMap(({ effects }) => sentOf(effects, "reqnodes"));
  expect(questions.map((message) => textOf(message, "dest"))).toEqual([
    "bob",
    "carol",
    "bob",
    "carol",
  ]);
});

test("Membership answers reqnodes with the whole list, itself and the asker included", () => {
  const nodes = ["bob", "alice", "carol"];
  const alice = new Membership(config("alice", { nodes }), boot("alice"), at(0));
  alice.start(at(0));
  alice.heard("eth0", status("carol", "up", { seq: 1 }), at(1));
  const question = from("carol", { t: "reqnodes", dest: "alice" }, { seq: 2 });
  const [answer] = sentOf(alice.heard("eth0", question, at(2)).effects, "repnodes");
  expect(answer?.fields.slice(0, 5).map((field) => field.name)).toEqual([
    "dest",
    "t",
    "nodelist",
    "delnodelist",
    "destuuid",
  ]);
  expect(answer && textOf(answer, "nodelist")).toBe("bob alice carol ");
  expect(answer && textOf(answer, "delnodelist")).toBe(" ");
});

test("Membership with autojoin waits for strangers until initdead", () => {
  const stage = new Stage(() => [0.2]);
  const changes = { autojoin: "any" } as const;
  const alice = stage.add(config("alice", changes), boot("alice"));
  stage.add(config("bob", changes), boot("bob"));
  stage.run(at(9_990));
  expect(alice.membership.status).toBe("up");
  stage.run(at(10_010));
  expect(alice.membership.status).toBe("active");
});
