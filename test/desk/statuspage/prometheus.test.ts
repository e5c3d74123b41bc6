// The files for Prometheus that docs/status-page.md shows, as Prometheus itself reads them, and its alerts fed with
// figures of two nodes. What hb really exposes is test/desk/statuspage's and test/lab/carp/process's affair.

import { afterAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readPage, stepsOf } from "../../page.ts";

const dir = mkdtempSync(join(tmpdir(), "hb-prometheus-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const files = stepsOf(readPage("docs/status-page.md")).flatMap((step) =>
  step.kind === "file" && step.language === "yaml" ? [step] : [],
);
for (const { places, text } of files) writeFileSync(join(dir, places[0] ?? ""), text);

function promtool(...words: readonly string[]): { code: number; said: string } {
  const { exitCode, stdout, stderr } = Bun.spawnSync(["promtool", ...words], { cwd: dir });
  return { code: exitCode, said: `${stdout}${stderr}` };
}

test("docs/status-page.md shows a configuration that promtool accepts, with its rules", () => {
  expect(files.map(({ places }) => places.join())).toEqual(["prometheus.yml", "hb.rules.yml"]);
  const lint = ["--lint=all", "--lint-fatal"];
  const { code, said } = promtool("check", "config", ...lint, "prometheus.yml");
  expect(said).toMatch(/SUCCESS: 1 rule files found[\s\S]*SUCCESS: 5 rules found/);
  expect(code).toBe(0);
});

/** What two nodes say of one thing, minute by minute. */
function both(metric: string, alice: string, bob: string) {
  const of = (node: string) => `${metric.replace("}", `, instance="${node}:8694", job="hb"}`)}`;
  return [
    { series: of("alice"), values: alice },
    { series: of("bob"), values: bob },
  ];
}

const groups = (alice: string, bob: string) => both('hb_group_held_here{group="web"}', alice, bob);

/** An alert, what happens, its figures in ten minutes, when it is silent, when it tells, and of whom. */
const alerts = [
  ["GroupDown", "alice loses it", groups("1 1 0x8", "0x10"), "2m", "4m", { group: "web" }],
  ["GroupDown", "bob loses it", groups("0x10", "1 1 0x8"), "2m", "4m", { group: "web" }],
  ["GroupTwice", "bob takes it too", groups("1x10", "0x2 1x7"), "2m", "3m", { group: "web" }],
  [
    "OneWay",
    "bob is deaf",
    both('hb_node_deaf{node="bob"}', "0 0 1x8", "0x10"),
    "1m",
    "2m",
    { node: "bob" },
  ],
  [
    "OneWay",
    "a router has another master",
    both('hb_router_other_master{router="eth0/42"}', "0x10", "0 0 1x8"),
    "1m",
    "2m",
    { router: "eth0/42" },
  ],
  [
    "LateHeartbeats",
    "bob is late each minute",
    both('hb_heartbeats_late_total{node="bob"}', "0x3 1+1x6", "0x10"),
    "3m",
    "10m",
    { instance: "alice:8694", job: "hb", node: "bob" },
  ],
] as const;

test.each(alerts)("docs/status-page.md: %s tells when %s", (...[alertname, , ...figures]) => {
  const [series, silent, tells, of] = figures;
  const told = { alertname, exp_alerts: [{ exp_labels: of }] };
  const story = {
    rule_files: ["hb.rules.yml"],
    tests: [
      {
        interval: "1m",
        input_series: series,
        alert_rule_test: [
          { eval_time: silent, alertname, exp_alerts: [] },
          { eval_time: tells, ...told },
        ],
      },
    ],
  };
  // JSON is YAML.
  writeFileSync(join(dir, "story.yml"), JSON.stringify(story));
  expect(promtool("test", "rules", "story.yml")).toMatchObject({
    code: 0,
    said: expect.stringContaining("SUCCESS"),
  });
});
