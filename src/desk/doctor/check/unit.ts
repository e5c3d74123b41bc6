// Settings of hb.service that would harm: those that end what hb must leave running, that keep it waiting,
// or that take from it what a heartbeat needs. Sources: systemd.service(5), .kill(5), .exec(5),
// .resource-control(5); what is right and why stands in the unit that hb brings (text/unit.ts).

import type { UnitName } from "../../../text/unit.ts";
import { about, type Finding } from "../finding.ts";

/** What `systemctl show` says, by property; undefined: systemd does not run here. */
export interface UnitFacts {
  readonly hb?: Readonly<Record<string, string>>;
  /** UnitFileState of heartbeat.service, when there is one. */
  readonly heartbeat?: string;
  readonly deadtimeMs: number;
  /** ha.cf names devices: a watchdog, a tty. */
  readonly needsDevices: boolean;
}

interface Rule {
  readonly property: string;
  /** What the setting is called in a unit, where systemctl has another name for it. */
  readonly setting?: string;
  /** True for a value that harms. */
  harms(value: string, facts: UnitFacts): boolean;
  readonly because: string;
  readonly want: string;
  readonly level: "warn" | "fail";
  /** Where it stands in a unit, if not in [Service]. */
  readonly section?: "Unit";
  /** What must be done besides. */
  readonly first?: string;
}

/** Writes a unit that hb brings. */
const install = (name: UnitName) => `hb show unit ${name} > /etc/systemd/system/${name}.service`;

const yes = (value: string) => value === "yes";
const limited = (value: string) => value !== "infinity" && value !== "";

const rules: readonly Rule[] = [
  {
    property: "KillMode",
    harms: (value) => value !== "process",
    because: "a restart of hb kills the services that its scripts started",
    want: "process",
    level: "fail",
  },
  {
    property: "Type",
    harms: (value) => value !== "notify",
    because: "systemd does not learn when hb is ready",
    want: "notify",
    level: "warn",
  },
  {
    property: "SendSIGKILL",
    harms: yes,
    because: "a slow stop of a service ends with a killed agent",
    want: "no",
    level: "warn",
  },
  {
    property: "Restart",
    harms: (value) => value === "no",
    because: "an agent that crashed stays down",
    want: "on-failure",
    level: "fail",
  },
  {
    property: "OnFailure",
    section: "Unit",
    harms: (value) => !value.includes("hb-release.service"),
    because: "services of an agent that failed for good go on here while another node starts them",
    want: "hb-release.service",
    first: install("hb-release"),
    level: "warn",
  },
  {
    property: "WatchdogSignal",
    // Older systemd does not know it.
    harms: (value) => value !== "9" && value !== "",
    because: "an agent that is stopped or waits for a dead disk does not die of it",
    want: "SIGKILL",
    level: "warn",
  },
  {
    property: "RestartUSec",
    setting: "RestartSec",
    harms: (value, { deadtimeMs }) => (spanMs(value) ?? 0) * 2 > deadtimeMs,
    because: "an agent that crashed is back too late to keep its groups",
    want: "100ms",
    level: "warn",
  },
  {
    property: "TimeoutStopUSec",
    setting: "TimeoutStopSec",
    harms: limited,
    because: "a hand-over that takes longer is cut off",
    want: "infinity",
    level: "warn",
  },
  {
    property: "OOMPolicy",
    harms: (value) => value !== "continue" && value !== "",
    because: "a service that runs out of memory takes hb with it",
    want: "continue",
    level: "warn",
  },
  {
    property: "MemoryDenyWriteExecute",
    harms: yes,
    because: "hb cannot start: its runtime compiles as it runs",
    want: "no",
    level: "fail",
  },
  {
    property: "PrivateNetwork",
    harms: yes,
    because: "hb sees none of this host's interfaces",
    want: "no",
    level: "fail",
  },
  {
    property: "PrivateDevices",
    harms: (value, { needsDevices }) => value === "yes" && needsDevices,
    because: "hb does not see the devices that ha.cf names",
    want: "no",
    level: "fail",
  },
  {
    property: "RestrictRealtime",
    harms: yes,
    because: "heartbeats leave late when the host is busy",
    want: "no",
    level: "warn",
  },
  {
    property: "RestrictAddressFamilies",
    harms: (value) => {
      const isList = value !== "" && !value.startsWith("~");
      return isList && !["AF_NETLINK", "AF_PACKET"].every((family) => value.includes(family));
    },
    because: "hb can neither set an address nor announce it",
    want: "",
    level: "fail",
  },
  {
    property: "LimitMEMLOCK",
    harms: limited,
    because: "a heartbeat may wait for memory that was swapped out",
    want: "infinity",
    level: "warn",
  },
  {
    property: "CPUQuotaPerSecUSec",
    setting: "CPUQuota",
    harms: limited,
    because: "heartbeats stop while the quota of the services is used up",
    want: "",
    level: "warn",
  },
  {
    property: "MemoryMax",
    harms: limited,
    because: "what the services use is counted as hb's own",
    want: "infinity",
    level: "warn",
  },
];

/** Everything that must be asked of systemctl. */
export const unitProperties: readonly string[] = [
  "LoadState",
  "UnitFileState",
  ...rules.map(({ property }) => property),
];

export function judgeUnit(facts: UnitFacts): Finding[] {
  const { ok, warn, fail } = about("systemd");
  const { hb, heartbeat } = facts;
  if (hb === undefined) return [ok("It does not run here")];
  const findings: Finding[] = [];
  if (heartbeat === "enabled") {
    const fix = "systemctl disable --now heartbeat";
    findings.push(fail("heartbeat.service is enabled as well: both are this node", { fix }));
  }
  if (hb.LoadState !== "loaded") {
    const fix = `${install("hb")} && ${install("hb-release")} && systemctl daemon-reload`;
    return [...findings, warn("It has no hb.service: nothing starts hb at boot", { fix })];
  }
  if (hb.UnitFileState === "disabled") {
    findings.push(warn("hb.service does not start at boot", { fix: "systemctl enable hb" }));
  }
  for (const rule of rules) {
    const { property, setting = property, harms, because, level } = rule;
    const value = hb[property];
    if (value === undefined || !harms(value, facts)) continue;
    const text = `${setting} of hb.service is ${value || "empty"}: ${because}`;
    findings.push({ check: "systemd", level, text, fix: dropIn(rule) });
  }
  return findings.length > 0 ? findings : [ok("hb.service has no setting that would harm")];
}

/** A file for each setting: one repair shall not undo another. */
function dropIn({ property, setting = property, want, section, first }: Rule): string {
  const directory = "/etc/systemd/system/hb.service.d";
  const file = `${directory}/zz-${setting}.conf`;
  const text = `printf '[${section ?? "Service"}]\\n${setting}=${want}\\n' > ${file}`;
  const steps = [...(first === undefined ? [] : [first]), `mkdir -p ${directory}`, text];
  return [...steps, "systemctl daemon-reload"].join(" && ");
}

const unitMs: Readonly<Record<string, number>> = {
  us: 0.001,
  ms: 1,
  s: 1_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** "1min 30s" as systemctl prints it, in milliseconds; undefined for "infinity" and what is no span. */
export function spanMs(text: string): number | undefined {
  let sum = 0;
  for (const word of text.split(" ")) {
    const [, count, unit = ""] = /^(\d+(?:\.\d+)?)([a-z]*)$/.exec(word) ?? [];
    const factor = count === "0" ? 0 : unitMs[unit];
    if (count === undefined || factor === undefined) return undefined;
    sum += Number(count) * factor;
  }
  return sum;
}
