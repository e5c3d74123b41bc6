// Every conversation with the real daemons that is kept has a test that goes by it.

import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { transcripts } from "./transcript.ts";

const ROOT = join(import.meta.dir, "../../..");

/** Which test goes by those whose names begin so; that file says so itself by the word behind it. */
const replayed: readonly (readonly [RegExp, string, string])[] = [
  [/^(cl_status-.*-(nobody|stopped))$/, "test/lab/api/question.test.ts", "recordedRun"],
  [/^raw-signon-long-name$/, "test/desk/api/signon.test.ts", "long"],
  [
    /^(cl_status|raw|api_test|hb_api|ipfail|dopd|pacemaker|ccm-)/,
    "test/desk/api/replay.test.ts",
    "cl_status|raw|api_test|hb_api|ipfail|dopd|pacemaker|ccm-",
  ],
  [/^drbd-peer-outdater-/, "test/desk/api/body.test.ts", "drbd-peer-outdater"],
  [/^ccm_testclient-/, "test/wire/ipc/ccm.test.ts", "ccm_testclient"],
  [/^apphb-/, "test/wire/ipc/apphb.test.ts", "apphb-"],
  [/^logd-/, "test/wire/ipc/logline.test.ts", "logd-"],
  [/^fifo-/, "test/desk/fifo.test.ts", "fifo-"],
];

const names = transcripts(/^(?!README)/);

test.each(names)("transcript() of %s has a test that goes by it", (name) => {
  const [, file = "", word = ""] = replayed.find(([begins]) => begins.test(name)) ?? [];
  expect(file).not.toBe("");
  expect(readFileSync(join(ROOT, file), "utf8")).toContain(word);
});

test("transcripts() has some for each of those tests", () => {
  const idle = replayed.filter(([begins]) => !names.some((name) => begins.test(name)));
  expect(idle).toEqual([]);
});
