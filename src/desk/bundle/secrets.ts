// Every secret that this host gives hb, so that none is in a bundle: keys, passwords, arguments of scripts,
// parameters of OCF agents, environments.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { carpPids } from "../carp/place.ts";
import type { Case } from "../doctor/case.ts";
import { agentPids } from "../doctor/look/process.ts";
import type { Places } from "../place.ts";
import { parseSettings } from "../script.ts";
import { type Shown, showAuthkeys, showHaCf, showHaresources } from "./file.ts";
import { isHarmless } from "./harmless.ts";

/** Variables of every login and every service, whose values are words of every log. */
const everyday = new RegExp(
  `^(?:${[
    "PATH|HOME|LANG|LANGUAGE|LC_\\w+|TERM|COLORTERM|TZ|USER|LOGNAME|SHELL|SHLVL|PWD|OLDPWD|_|MAIL",
    "HOSTNAME|EDITOR|PAGER|LESS\\w*|LS_COLORS|MANPATH|NO_COLOR|DISPLAY|DEBIAN_FRONTEND|container",
    "SUDO_\\w+|SSH_\\w+|XDG_\\w+|SYSTEMD_\\w+|WATCHDOG_\\w+|MEMORY_PRESSURE_\\w+",
    "INVOCATION_ID|JOURNAL_STREAM|NOTIFY_SOCKET|RUNTIME_DIRECTORY|STATE_DIRECTORY",
  ].join("|")})$`,
);

const passwordFiles: readonly string[] = ["/etc/ppp/chap-secrets", "/etc/ppp/pap-secrets"];

export interface Gathered {
  readonly haCf: Shown;
  readonly authkeys: Shown;
  readonly haresources: Shown;
  /** All of them, those of the three files too. */
  readonly secrets: ReadonlySet<string>;
}

export function gatherSecrets({ places, checked, self }: Case): Gathered {
  const { conf, groups, passfiles } = checked;
  const devices = conf.media.flatMap((medium) => ("device" in medium ? medium.device : []));
  const known = new Set([self, ...conf.nodes, ...devices, ...groups.map(({ owner }) => owner)]);
  const haCf = showHaCf(bytesOf(places.haCf), known);
  const authkeys = showAuthkeys(bytesOf(places.authkeys));
  const haresources = showHaresources(bytesOf(places.haresources), known);
  const pids = [...agentPids(places.pid), ...carpPids(places.run)];
  const named = conf.routers.flatMap(({ passfile }) => passfile ?? []);
  const secrets = [
    ...[haCf, authkeys, haresources].flatMap((shown) => shown.secrets),
    ...[...passfiles, ...named].flatMap(passwordsIn),
    ...passwordFiles.flatMap(wordsIn),
    ...conf.stonith.flatMap(({ host, parameters }) => (host ? [] : wordsIn(parameters))),
    ...ocfValues(places),
    ...["self", ...pids].flatMap((pid) => valuesOf(bytesOf(`/proc/${pid}/environ`))),
  ];
  return { haCf, authkeys, haresources, secrets: new Set(secrets) };
}

/** The first line is the password; a line below it may be an older one. */
function passwordsIn(path: string): string[] {
  return bytesOf(path)
    .split(/[\r\n]+/)
    .flatMap((line) => [line, line.trim()]);
}

function wordsIn(path: string): string[] {
  const words = bytesOf(path)
    .split(/\s+/)
    .map((word) => word.replace(/^["']|["']$/g, ""));
  return words.filter((word) => !isHarmless(word));
}

/** The values of conf/OCF/TYPE/INSTANCE. */
function ocfValues({ ocfConf }: Places): string[] {
  const types = namesIn(ocfConf);
  const files = types.flatMap((type) => {
    return namesIn(join(ocfConf, type)).map((instance) => join(ocfConf, type, instance));
  });
  const values = files.flatMap((file) => Object.values(parseSettings(bytesOf(file))));
  return values.filter((value) => !isHarmless(value));
}

/** Of an environment as /proc shows it: whole values, and the words in them. */
function valuesOf(environ: string): string[] {
  return environ.split("\0").flatMap((pair) => {
    const equals = pair.indexOf("=");
    if (equals < 1 || everyday.test(pair.slice(0, equals))) return [];
    const value = pair.slice(equals + 1);
    const words = value.split(/[\s=]+/).filter((word) => word.length >= 6 && !/^-/.test(word));
    return [value, ...words].filter((word) => !isHarmless(word));
  });
}

function namesIn(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

/** As bytes, one character each; empty when it cannot be read. */
function bytesOf(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
