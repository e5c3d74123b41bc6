// What `membership on` comes to, and what it cannot be beside.

import { expect, test } from "bun:test";
import { checkAll, type Given } from "../../src/config/check.ts";
import { expandChildren } from "../../src/config/child.ts";
import { parseHaCf } from "../../src/config/hacf.ts";
import { given as files, five } from "./given.ts";

function given(lines: string): Given {
  return files(`${five}${lines}\n`, { program: () => "program" });
}

function errors(lines: string): string[] {
  const { problems } = checkAll(given(lines));
  return problems
    .filter(({ level }) => level === "error")
    .map(({ line, column, message }) => `${line}:${column} ${message}`);
}

test.each([
  ["", undefined],
  ["membership off", undefined],
  ["membership on", ["majority", "twonodes"]],
  ["membership on\nenv quorum=weight", ["weight"]],
  ["membership on\nenv A=1 quorum=majority:weight:twonodes", ["majority", "weight", "twonodes"]],
] as const)("checkAll() of %p has these rules of quorum: %p", (lines, rules) => {
  expect(errors(lines)).toEqual([]);
  const { cluster } = checkAll(given(lines));
  expect(cluster?.consensus?.rules as readonly string[] | undefined).toEqual(rules);
});

test.each([
  [
    "membership on\nenv A=1 quorum=quorumd",
    '7:9 "quorum" must be rules with colons between them: "quorumd" is not',
  ],
  [
    "respawn hacluster /usr/libexec/heartbeat/ccm -v\nmembership on",
    '6:19 With "membership on" hb is the ccm of this node',
  ],
  [
    "membership on\nfailfast hacluster /opt/ccm",
    '7:20 With "membership on" hb is the ccm of this node',
  ],
] as const)("checkAll() of %p is an error: %s", (lines, message) => {
  expect(errors(lines)).toEqual([message]);
  expect(errors(lines.replace("membership on", "membership off"))).toEqual([]);
});

test("expandChildren() has no ccm where hb is one", () => {
  const namesOf = (lines: string) => {
    const { conf } = parseHaCf(`${five}${lines}\n`, "ha.cf");
    const { children } = expandChildren(conf, () => "program");
    return children.map(({ path }) => path.slice(path.lastIndexOf("/") + 1));
  };
  expect(namesOf("pacemaker respawn")).toContain("ccm");
  const rest = namesOf("pacemaker respawn").filter((name) => name !== "ccm");
  expect(namesOf("pacemaker respawn\nmembership on")).toEqual(rest);
});

test.each([
  ["membership on", "ignore"],
  ["membership on\nnode carol", "stop"],
  ["membership on\nnode carol\nquorum_policy freeze", "freeze"],
  ["quorum_policy stop\nmembership on\nenv quorum=majority", "stop"],
  ["membership on\nnode carol\nquorum_policy ignore", "ignore"],
  ["", undefined],
  ["node carol", undefined],
] as const)("checkAll() of %p has this policy: %p", (lines, policy) => {
  const { problems, cluster } = checkAll(given(lines));
  const told = problems.filter(({ message }) => /quorum|membership/i.test(message));
  expect({ told, policy: cluster?.consensus?.policy }).toEqual({ told: [], policy });
});

test.each([
  [
    "quorum_policy stop",
    "error",
    '6:15 "quorum_policy" needs "membership on": without it nobody knows who has quorum',
  ],
  [
    "membership on\nquorum_policy stop",
    "warning",
    '7:15 "quorum_policy stop" changes nothing: by "twonodes" either of two nodes has quorum',
  ],
  [
    "membership on\nnode carol\nenv quorum=twonodes:majority",
    "warning",
    '8:5 By "twonodes" 3 nodes never have quorum, and without it no group is taken',
  ],
] as const)("checkAll() of %p is a %s: %s", (lines, level, text) => {
  const { problems } = checkAll(given(lines));
  const told = problems.filter(({ message }) => /quorum/i.test(message));
  expect(told.map((each) => `${each.line}:${each.column} ${each.message}`)).toEqual([text]);
  expect(told[0]?.level).toBe(level);
});
