// The programs behind the resources of haresources, as they are on this host.

import { accessSync, constants, existsSync, readdirSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { GroupSpec, ScriptResource } from "../../../config/resource.ts";
import type { Places } from "../../place.ts";
import { callOf } from "../../script.ts";
import type { ScriptFacts } from "../check/script.ts";
import { tell } from "../tool.ts";

/** Each agent once, however many groups use it. */
export async function lookScripts(
  groups: readonly GroupSpec[],
  places: Places,
): Promise<ScriptFacts[]> {
  const scripts = groups
    .flatMap(({ resources }) => resources)
    .filter((resource) => resource.kind === "script");
  const each = new Map(scripts.map((script) => [`${script.style} ${script.name}`, script]));
  return await Promise.all([...each.values()].map((script) => lookScript(script, places)));
}

async function lookScript(script: ScriptResource, places: Places): Promise<ScriptFacts> {
  const { name, style } = script;
  const found = callOf(script, "start", places);
  if (style === "systemd") {
    if ("missing" in found) return { name, style, missing: found.missing };
    return { name, style, ...(await lookUnit(name)) };
  }
  if ("missing" in found) {
    const asleep = candidatesOf(script, places).find(isAsleep);
    return { name, style, missing: found.missing, ...(asleep !== undefined && { asleep }) };
  }
  const file = found.call.argv[0] ?? "";
  const isStarted = style === "heartbeat" && isStartedAtBoot(file);
  return { name, style, file, ...(isStarted && { disable: `update-rc.d ${name} disable` }) };
}

async function lookUnit(name: string): Promise<Pick<ScriptFacts, "missing" | "disable">> {
  const told = await tell("systemctl", "show", "-p", "LoadState,UnitFileState", "--", name);
  if (told?.ok !== true) return {};
  if (/^LoadState=not-found/m.test(told.stdout)) return { missing: `There is no unit "${name}"` };
  if (/^UnitFileState=enabled$/m.test(told.stdout)) return { disable: `systemctl disable ${name}` };
  return {};
}

function candidatesOf({ name, style }: ScriptResource, places: Places): string[] {
  if (style === "heartbeat") return places.scripts.map((directory) => join(directory, name));
  const agents = join(places.ocfRoot, "resource.d");
  const [first = "", second] = name.split(":");
  if (second !== undefined) return [join(agents, first, second)];
  return existsSync(agents) ? readdirSync(agents).map((each) => join(agents, each, first)) : [];
}

function isAsleep(path: string): boolean {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
  try {
    accessSync(path, constants.X_OK);
    return false;
  } catch {
    return true;
  }
}

/** A link to an init script in the directory of a run level that a host boots into. */
function isStartedAtBoot(file: string): boolean {
  if (!file.startsWith("/etc/init.d/")) return false;
  return [2, 3, 4, 5].some((level) => {
    const directory = `/etc/rc${level}.d`;
    if (!existsSync(directory)) return false;
    return readdirSync(directory).some(
      (link) => /^S\d\d/.test(link) && link.slice(3) === basename(file),
    );
  });
}
