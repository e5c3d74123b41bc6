// Directives about groups and about keeping a sick node from harm (heartbeat-config 2 "Resources"), and
// those that only hb has.

import { pacemakerMode, programFolders } from "../child.ts";
import type { Word } from "../report.ts";
import { quote, type Read, readBoolean, readPositiveTime } from "../unit.ts";
import {
  choice,
  type Directive,
  type Directives,
  flag,
  type ListDirective,
  path,
  type Reader,
  sayWrong,
  scalar,
  time,
} from "./directive.ts";

export const resourceDirectives: Directives = {
  auto_failback: scalar("autoFailback", readFailback),
  nice_failback: { shape: "list", set: niceFailback },
  stonith: stonith(false),
  stonith_host: stonith(true),
  watchdog: { ...path("watchdog"), repeats: "never" },
  pacemaker: pacemaker(),
  crm: pacemaker(),
  crm_daemon_dir: noEffect(),
  crmd_spawns_pengine: flag("crmdSpawnsPengine"),
  record_config_changes: onlyTold(),
  record_pengine_inputs: onlyTold(),
  enable_config_writes: onlyTold(),

  resource_timeout: time("resourceTimeoutMs"),
  on_stop_failure: choice("onStopFailure", ["ignore", "reboot"]),
  announce_interval: time("announceIntervalMs"),
  address_lease: scalar("addressLease", readLease),
  address_method: choice("addressMethod", ["netlink", "ioctl"]),
};

function readFailback(word: string): Read<"on" | "off" | "legacy"> {
  if (word.toLowerCase() === "legacy") return { ok: true, value: "legacy" };
  const on = readBoolean(word);
  if (on.ok) return { ok: true, value: on.value ? "on" : "off" };
  return { ok: false, want: '"on", "off" or "legacy"', reason: `${quote(word)} is none of them` };
}

/** The kernel counts an address's lifetime in whole seconds, so that is the least that works. */
const leaseMsMin = 2000;

function readLease(word: string): Read<"auto" | "off" | { readonly ms: number }> {
  if (word === "auto" || word === "off") return { ok: true, value: word };
  const length = readPositiveTime(word);
  if (length.ok && length.value >= leaseMsMin) return { ok: true, value: { ms: length.value } };
  const reason = length.ok ? `${quote(word)} is less` : `${quote(word)} is none of them`;
  return { ok: false, want: '"auto", "off" or a time of at least 2 s', reason };
}

/** The word of 1999 (heartbeat-config 10): on = resources stay, off = they go home. */
function niceFailback(name: Word, value: Word, { draft, report }: Reader): void {
  const nice = readBoolean(value.text);
  if (!nice.ok) {
    report.error(value, `"nice_failback" must be ${nice.want}: ${nice.reason}`);
    return;
  }
  const meant = nice.value ? "off" : "legacy";
  if (draft.autoFailback !== undefined) {
    report.warning(name, 'The directive "nice_failback" is obsolete: "auto_failback" is used');
    return;
  }
  draft.autoFailback = meant;
  report.warning(
    name,
    `The directive "nice_failback" is obsolete: it is read as "auto_failback ${meant}"`,
    `Write "auto_failback ${nice.value ? "off" : "on"}"`,
  );
}

/** Only kept here: whether it concerns this node is asked when the node's name is known. */
function stonith(withHost: boolean): Directive {
  return {
    shape: "line",
    set(name, words, { draft, report }) {
      const texts = words.map((word) => word.text);
      const host = withHost ? texts.shift() : undefined;
      const [type, ...parameters] = texts;
      if (type === undefined) {
        const usage = withHost ? "HOST TYPE PARAMETERS" : "TYPE CONFIGFILE";
        report.error(name, `"${name.text}" misses its type`, `Write: ${name.text} ${usage}`);
        return;
      }
      const line = { type, parameters: parameters.join(" ") };
      const whole = host === undefined ? line : { host: host.toLowerCase(), ...line };
      draft.stonith = [...(draft.stonith ?? []), whole];
    },
  };
}

/** Kept as it is written, for programs ask for it; its place is that of the programs that it starts. */
function pacemaker(): ListDirective {
  return {
    shape: "list",
    repeats: "never",
    set(name, value, { draft, report }) {
      const mode = pacemakerMode(value.text);
      if (mode === undefined) {
        const want = '"off", "on", "respawn", "valgrind", "minimal", "manual" or "ccm-only"';
        const reason = `${quote(value.text)} is none of them`;
        report.error(value, `"${name.text}" must be ${want}: ${reason}`);
        return;
      }
      draft.pacemaker = value.text;
      if (mode === "off") return;
      draft.children = [...(draft.children ?? []), { kind: "pacemaker" }];
    },
  };
}

function noEffect(): Directive {
  return {
    shape: "list",
    set(name, _, { report }) {
      const message = `"${name.text}" has no effect: programs are where hb looks for them`;
      // 3.0.6 refuses every folder, so the line is of older files or of other builds. Who has it wants the
      // programs found, and they are: no reason not to start.
      const hint = `It looks in ${programFolders.join(", ")}; 3.0.6 refuses it`;
      report.warning(name, message, hint);
    },
  };
}

/** For programs that ask for it; a wrong value is wrong all the same. */
function onlyTold(): Directive {
  return {
    shape: "list",
    repeats: "replaces",
    set(name, value, { report }) {
      const result = readBoolean(value.text);
      if (!result.ok) sayWrong(name, value, result, report);
    },
  };
}
