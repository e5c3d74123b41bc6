import { expect, test } from "bun:test";
import { judgeUnit, spanMs, unitProperties } from "../../../src/desk/doctor/check/unit.ts";
import { unitTexts } from "../../../src/text/unit.ts";

/** What systemctl shows of the unit that hb brings, where it differs from systemd's defaults. */
const good: Readonly<Record<string, string>> = {
  LoadState: "loaded",
  UnitFileState: "enabled",
  KillMode: "process",
  Type: "notify",
  SendSIGKILL: "no",
  Restart: "on-failure",
  OnFailure: "hb-release.service",
  WatchdogSignal: "9",
  RestartUSec: "100ms",
  TimeoutStopUSec: "infinity",
  OOMPolicy: "continue",
  MemoryDenyWriteExecute: "no",
  PrivateNetwork: "no",
  PrivateDevices: "no",
  RestrictRealtime: "no",
  RestrictAddressFamilies: "",
  LimitMEMLOCK: "infinity",
  CPUQuotaPerSecUSec: "infinity",
  MemoryMax: "infinity",
};

function judged(change: Readonly<Record<string, string>>, needsDevices = false) {
  return judgeUnit({ hb: { ...good, ...change }, deadtimeMs: 5_000, needsDevices });
}

test("judgeUnit() finds nothing in the unit that hb brings", () => {
  expect(judged({})).toEqual([
    { check: "systemd", level: "ok", text: "hb.service has no setting that would harm" },
  ]);
  expect(Object.keys(good).toSorted()).toEqual([...unitProperties].toSorted());
  const text = unitTexts("/usr/sbin/hb").hb;
  for (const name of [
    "KillMode",
    "Type",
    "SendSIGKILL",
    "Restart",
    "OnFailure",
    "OOMPolicy",
    "LimitMEMLOCK",
  ]) {
    expect(text).toContain(`\n${name}=${good[name]}\n`);
  }
});

test.each([
  ["KillMode", "control-group", "fail", "process"],
  ["Type", "simple", "warn", "notify"],
  ["SendSIGKILL", "yes", "warn", "no"],
  ["Restart", "no", "fail", "on-failure"],
  ["OnFailure", "mail-me.service", "warn", "hb-release.service"],
  ["WatchdogSignal", "6", "warn", "SIGKILL"],
  ["RestartUSec", "3s", "warn", "100ms"],
  ["TimeoutStopUSec", "1min 30s", "warn", "infinity"],
  ["OOMPolicy", "stop", "warn", "continue"],
  ["MemoryDenyWriteExecute", "yes", "fail", "no"],
  ["PrivateNetwork", "yes", "fail", "no"],
  ["RestrictRealtime", "yes", "warn", "no"],
  ["RestrictAddressFamilies", "AF_INET AF_INET6 AF_UNIX", "fail", ""],
  ["LimitMEMLOCK", "65536", "warn", "infinity"],
  ["CPUQuotaPerSecUSec", "200ms", "warn", ""],
  ["MemoryMax", "1073741824", "warn", "infinity"],
] as const)("judgeUnit() finds that %s is %s: %s", (property, value, level, want) => {
  const [finding, ...others] = judged({ [property]: value });
  expect(others).toEqual([]);
  expect(finding?.level).toBe(level);
  const name = property.replace(/(?:PerSec)?USec$/, property.startsWith("CPU") ? "" : "Sec");
  expect(finding?.text).toStartWith(`${name} of hb.service is ${value}: `);
  expect(finding?.fix).toContain(`zz-${name}.conf`);
  const section = name === "OnFailure" ? "Unit" : "Service";
  expect(finding?.fix).toContain(`[${section}]\\n${name}=${want}\\n`);
  expect(finding?.fix).toEndWith(" && systemctl daemon-reload");
});

test.each([
  [{ RestrictAddressFamilies: "AF_NETLINK AF_PACKET AF_INET AF_UNIX" }],
  [{ RestrictAddressFamilies: "~AF_BLUETOOTH" }],
  [{ RestartUSec: "2s" }],
  [{ PrivateDevices: "yes" }],
  // Older systemd does not know it.
  [{ OOMPolicy: "" }],
])("judgeUnit() has nothing against %j", (change) => {
  expect(judged(change).map(({ level }) => level)).toEqual(["ok"]);
});

test("judgeUnit() minds private devices where ha.cf names one", () => {
  expect(judged({ PrivateDevices: "yes" }, true)[0]?.level).toBe("fail");
});

test("judgeUnit() says what is missing, and that Heartbeat is there as well", () => {
  const hb = { ...good, LoadState: "not-found", UnitFileState: "" };
  const facts = { hb, heartbeat: "enabled", deadtimeMs: 5_000, needsDevices: false };
  expect(judgeUnit(facts).map(({ fix }) => fix)).toEqual([
    "systemctl disable --now heartbeat",
    "hb show unit hb > /etc/systemd/system/hb.service && hb show unit hb-release > " +
      "/etc/systemd/system/hb-release.service && systemctl daemon-reload",
  ]);
  expect(judged({ UnitFileState: "disabled" })[0]?.fix).toBe("systemctl enable hb");
  expect(judgeUnit({ deadtimeMs: 5_000, needsDevices: false })[0]?.text).toBe(
    "It does not run here",
  );
});

test.each([
  ["100ms", 100],
  ["1min 30s", 90_000],
  ["0", 0],
  ["1.500s", 1_500],
  ["infinity", undefined],
  ["", undefined],
] as const)("spanMs() reads %j as %p", (text, ms) => {
  expect(spanMs(text)).toBe(ms);
});
