// The files of an agent again and again: what the command line says against them, and whether ha.cf is new.

import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { placesOf } from "../../src/desk/place.ts";
import { type Amendment, SettingsReader } from "../../src/desk/settingsreader.ts";

const root = mkdtempSync(join(tmpdir(), "hb-settings-"));
afterAll(() => rmSync(root, { recursive: true }));
let count = 0;

function reader(amendment?: Amendment, more = "") {
  const home = join(root, `${++count}`);
  const places = placesOf({
    conf: join(home, "ha.d"),
    state: join(home, "state"),
    run: join(home, "run"),
  });
  mkdirSync(places.conf, { recursive: true });
  writeFileSync(
    places.haCf,
    `keepalive 1\ndeadtime 5\ninitdead 10\nbcast eth0\nauto_failback off\nnode alice bob\n${more}`,
  );
  writeFileSync(places.authkeys, "auth 1\n1 sha1 correct-horse-battery\n", { mode: 0o600 });
  writeFileSync(places.haresources, "alice 10.77.0.10/24/eth0\n");
  writeFileSync(places.nodeinfo, "alice\n");
  return { places, reader: new SettingsReader(places, amendment) };
}

test("SettingsReader.read() gives what the files say", async () => {
  const settings = await reader().reader.read();
  expect(settings.conf).toMatchObject({ realtime: true, logFormat: "text" });
  expect(settings.good && settings.cluster.groups).toHaveLength(1);
});

test("SettingsReader.read() gives what the command line says against them", async () => {
  const amendment = { realtime: false, managesResources: false } as const;
  const settings = await reader(amendment).reader.read();
  expect(settings.conf.realtime).toBe(false);
  expect(settings.good && settings.cluster).toMatchObject({
    realtime: false,
    managesResources: false,
    groups: [],
  });
});

test.each([
  ["", "classic"],
  ["log_format json\n", "json"],
])(
  "SettingsReader.read() with the usual form of another program and %j logs as %s",
  async (more, form) => {
    const settings = await reader({ usualLogFormat: "classic" }, more).reader.read();
    expect(settings.conf.logFormat).toBe(form as typeof settings.conf.logFormat);
  },
);

test("SettingsReader.read() knows whether ha.cf was written since", async () => {
  const { places, reader: files } = reader();
  const isNew = async () => (await files.read()).isHaCfNew;
  await files.read();
  expect(await isNew()).toBe(false);
  writeFileSync(places.authkeys, "auth 1\n1 sha1 another-horse-battery\n", { mode: 0o600 });
  expect(await isNew()).toBe(false);
  utimesSync(places.haCf, 1, 1);
  expect(await isNew()).toBe(true);
  expect(await isNew()).toBe(false);
});

test("SettingsReader.read() has what a test wants lost, with a warning, while its file is there", async () => {
  const { places, reader: files } = reader();
  writeFileSync(places.onlyForTesting, "rcvloss=1\nallownodes=;\n");
  const testing = await files.read();
  expect(testing.good && testing.cluster.testLoss).toEqual({ xmit: 0, receive: 1, allowNodes: [] });
  expect(testing.problems.map(({ level, message }) => `${level}: ${message}`)).toContain(
    "warning: Packets are lost on purpose: 0 of what is sent, 1 of what is heard",
  );
  rmSync(places.onlyForTesting);
  const after = await files.read();
  expect(after.good && "testLoss" in after.cluster).toBe(false);
});
