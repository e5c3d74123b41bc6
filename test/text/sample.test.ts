// The samples are good as they are, and every choice in them can be made by taking its "#" away.

import { expect, test } from "bun:test";
import { parseCarpFile } from "../../src/config/carp/file.ts";
import { checkAll } from "../../src/config/check.ts";
import { directives, parseHaCf } from "../../src/config/hacf.ts";
import { parseHaresources } from "../../src/config/haresources.ts";
import { samples } from "../../src/text/sample.ts";

const haCf = samples["ha.cf"] ?? "";
const haresources = samples.haresources ?? "";
const carpConf = samples["carp.conf"] ?? "";

/** With every choice made. */
function made(text: string): string {
  return text.replaceAll(/^#(?=\S)/gm, "");
}

test("the samples of ha.cf and haresources are a good configuration, with keys beside them", () => {
  const { problems, cluster } = checkAll({
    haCf: { file: "ha.cf", text: haCf },
    authkeys: {
      file: "authkeys",
      text: "auth 1\n1 sha1 0123456789abcdef\n",
      facts: { mode: 0o100_600, uid: 0, reader: 0 },
    },
    haresources: { file: "haresources", text: haresources },
    self: "alice",
    devices: ["lo", "eth0"],
  });
  // What a host does to itself by the safe choice is said again.
  expect(problems.map(({ level, message }) => `${level}: ${message}`)).toEqual([
    "warning: THIS HOST IS REBOOTED at once when a script cannot stop its resource",
  ]);
  expect(cluster?.nodes).toEqual(["alice", "bob"]);
  expect(cluster?.groups.map(({ key }) => key)).toEqual(["10.0.0.100/24/eth0"]);
});

test("every choice in the sample of ha.cf can be made", () => {
  const { problems, conf } = parseHaCf(made(haCf), "ha.cf");
  expect(problems).toEqual([]);
  expect(conf.media.map(({ kind }) => kind)).toContain("serial");
  const lines = haCf.split("\n").filter((line) => /^#?[a-z]/.test(line));
  expect(lines.length).toBeGreaterThan(15);
  for (const line of lines)
    expect(Object.keys(directives)).toContain(line.replace(/^#?(\S+).*/, "$1"));
});

test("every example in the sample of haresources is good", () => {
  const { problems, groups } = parseHaresources(made(haresources), "haresources");
  expect(problems).toEqual([]);
  expect(groups.length).toBe(3);
});

test.each([
  ["as it is", carpConf, 1],
  ["with every choice made", made(carpConf), 3],
])("the sample of carp.conf is good %s", (_, text, count) => {
  const { problems, routers } = parseCarpFile(text, "carp.conf");
  expect(problems).toEqual([]);
  expect(routers.length).toBe(count);
});
