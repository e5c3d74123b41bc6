// The page in a real browser: what it shows and says, that it follows what happens, that names of the
// cluster stay text, on a desk and on a telephone, by day and by night.
//
// HB_SCREENSHOTS=DIRECTORY keeps the pictures.

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Snapshot } from "../../../src/core/snapshot.ts";
import { Log } from "../../../src/desk/log.ts";
import { Sink } from "../../../src/desk/sink.ts";
import { StatusPage } from "../../../src/desk/statuspage/statuspage.ts";
import { Browser } from "../../browser.ts";
import { event, snapshot } from "./sample.ts";

setDefaultTimeout(120_000);
const scratch = mkdtempSync("/tmp/hb-page-");
const pictures = process.env.HB_SCREENSHOTS ?? scratch;
const desk = { width: 1_200, height: 900 };
const telephone = { width: 360, height: 740 };

let browser: Browser;
let page: StatusPage;
let url = "";
let now: Snapshot | undefined = snapshot;

beforeAll(async () => {
  const swallow = (bytes: Uint8Array, done: (error: null, count: number) => void) => {
    done(null, bytes.length);
  };
  const log = new Log("error", new Sink(swallow, () => ""));
  const journal = join(scratch, "events");
  page = new StatusPage({ log, node: "alice", version: "0.1", journal, run: scratch });
  const probe = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { port } = probe;
  probe.stop(true);
  url = `http://127.0.0.1:${port}/`;
  const source = { snapshot: async () => now, pulsePid: undefined };
  page.use(source, [{ kind: "tcp", address: "127.0.0.1", port }]);
  browser = await Browser.open();
});

afterAll(async () => {
  page.close();
  await browser.close();
  rmSync(scratch, { recursive: true, force: true });
});

function fiveNodes(): Snapshot {
  const names = ["alice", "bob", "carol", "dave", "erin"];
  const [first, second] = snapshot.nodes;
  const nodes = names.map((name) => ({ ...(name === "bob" ? second : first), name }));
  return { ...snapshot, nodes: nodes as Snapshot["nodes"] };
}

test("the page shows nodes, links, groups and routers, and says them to who cannot see", async () => {
  now = snapshot;
  await browser.show(url, desk);
  await browser.until('document.querySelector("#groups tr")');
  const text = await browser.value<string>("document.body.innerText");
  for (const word of [
    "active, holds 1 of 2 groups",
    "10.0.0.100 apache2",
    "bob is dead",
    "nobody",
    "bcast eth0 dead 61 s ago",
    "2.5 s ago",
    "eth0/7",
    "Watchdog /dev/watchdog: timeout 10 s",
    "twonodes: a cluster of two nodes",
    "led by alice",
  ]) {
    expect(text).toContain(word);
  }
  const spoken = await browser.spoken();
  const picture =
    "alice is active and holds 10.0.0.100; bob is dead; 10.0.0.254 is ping; nobody holds web";
  expect(
    spoken.some(
      (each) => /^(img|image|graphics-document|SvgRoot) /i.test(each) && each.endsWith(picture),
    ),
  ).toBe(true);
  for (const table of ["Groups", "Membership", "Virtual routers", "Nodes"]) {
    expect(spoken).toContain(`table ${table}`);
  }
  await browser.screenshot(join(pictures, "desk.png"));
});

test("the page follows what happens without being asked", async () => {
  now = snapshot;
  await browser.show(url, desk);
  await browser.until('document.querySelector("#groups tr")');
  const steps = [{ what: "start 10.0.0.100", tookMs: 1.9, ok: true }];
  page.hear(event("group", { text: "Group web is up after 287 ms", cause: "bob is dead", steps }));
  await browser.until('document.querySelector("#events").textContent.includes("1.9 ms  start")');
  now = { ...snapshot, state: "leaving" };
  await browser.until('document.querySelector("#state")?.innerText.startsWith("leaving")');
  now = undefined;
  await browser.until('document.querySelector("#state").innerText.includes("gives no answer")');
});

test("the page tells which process runs a router, and which one gives no answer", async () => {
  const [router] = snapshot.routers;
  const routers = [{ ...router, name: "eth0/8", pid: 42 }] as Snapshot["routers"];
  now = { ...snapshot, routers, carp: [{ pid: 42 }, { pid: 43, trouble: "no answer" }] };
  await browser.show(url, desk);
  await browser.until('document.querySelector("#routers tr:nth-child(2)")');
  const text = await browser.value<string>("document.querySelector('#routers').innerText");
  expect(text).toMatch(
    /eth0\/8\s+runs in hb carp, pid 42\s[\s\S]+hb carp\s+pid 43\s+mute\s+no answer/,
  );
});

test("the page takes names of the cluster for text", async () => {
  const evil = '"><img src=x onerror="window.hit=1"><script>window.hit=1</script>';
  const [group] = snapshot.groups;
  const groups = [{ ...group, key: evil, why: evil, holder: evil, resources: [evil] }];
  now = { ...snapshot, groups: groups as Snapshot["groups"] };
  await browser.show(url, desk);
  page.hear(event("dead", { text: evil, cause: evil }));
  await browser.until('document.querySelector("#groups")?.innerText.includes("onerror")');
  await browser.until('document.querySelector("#events")?.innerText.includes("onerror")');
  expect(await browser.value("document.querySelectorAll('img').length")).toBe(0);
  expect(await browser.value("window.hit")).toBeUndefined();
});

test.each([
  ["telephone, by day", telephone, false],
  ["telephone, by night", telephone, true],
  ["desk, by night", desk, true],
] as const)("the page fits a %s", async (name, screen, dark) => {
  now = fiveNodes();
  await browser.show(url, { ...screen, dark });
  await browser.until('document.querySelector("#nodes tr:nth-child(5)")');
  await browser.until('document.querySelector("#live").innerText === "Live"');
  expect(await browser.value("document.scrollingElement.scrollWidth > innerWidth")).toBe(false);
  const boxes = await browser.value<{ left: number; right: number; letters: number }[]>(
    `[...document.querySelectorAll("#picture rect")].map((box) => {
      const { left, right } = box.getBoundingClientRect();
      return { left, right, letters: box.nextSibling.getBoundingClientRect().height };
    })`,
  );
  expect(boxes.length).toBe(5);
  // Every node is to be seen, and its name to be read.
  const hidden = boxes.filter(({ left, right }) => left < 0 || right > screen.width);
  expect([hidden, boxes.filter(({ letters }) => letters < 11)]).toEqual([[], []]);
  const light = await browser.value<number>(
    "Number(getComputedStyle(document.body).backgroundColor.match(/[0-9]+/)[0])",
  );
  expect(light > 127).toBe(!dark);
  const file = join(pictures, `${name.replaceAll(/[^a-z]+/g, "-")}.png`);
  await browser.screenshot(file);
  expect(statSync(file).size).toBeGreaterThan(10_000);
});

test("the page asks nobody else for anything, and nothing in it fails", () => {
  expect(browser.complaints).toEqual([]);
});
