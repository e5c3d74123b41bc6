// Which program a resource word means and how it is called: file, arguments, variables.
// Rules: heartbeat-resources 7.4 and heartbeat-config 4; agents: the OCF resource agent API.

import { accessSync, constants, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { ScriptResource } from "../config/resource.ts";
import type { Places } from "./place.ts";
import type { Action } from "./verdict.ts";

export interface Call {
  readonly argv: readonly string[];
  /** Variables besides the common ones. */
  readonly variables: Readonly<Record<string, string>>;
}

/** The call, or a sentence that says what was looked for in vain. */
export type Found = { readonly call: Call } | { readonly missing: string };

type ScriptPlaces = Pick<Places, "scripts" | "ocfRoot" | "ocfConf">;

/** Finds the program for one action of a resource. */
export function callOf(resource: ScriptResource, action: Action, places: ScriptPlaces): Found {
  switch (resource.style) {
    case "heartbeat":
      return heartbeatCall(resource, action, places);
    case "ocf":
      return ocfCall(resource, action, places);
    case "systemd":
      return systemdCall(resource.name, action);
  }
}

function heartbeatCall(resource: ScriptResource, action: Action, places: ScriptPlaces): Found {
  const { name, args } = resource;
  const candidates = places.scripts.map((directory) => join(directory, name));
  const file = name.includes("/") ? undefined : candidates.find(isProgram);
  if (file === undefined) {
    return { missing: `No executable script "${name}" in ${places.scripts.join(" or ")}` };
  }
  return { call: { argv: [file, ...args, action], variables: {} } };
}

function ocfCall(resource: ScriptResource, action: Action, places: ScriptPlaces): Found {
  const agents = join(places.ocfRoot, "resource.d");
  const [first = "", second] = resource.name.split(":");
  const [provider, type] = second === undefined ? [undefined, first] : [first, second];
  const file = provider === undefined ? anyProvider(agents, type) : join(agents, provider, type);
  if (file === undefined || !isProgram(file)) {
    return { missing: `No OCF agent "${resource.name}" in ${agents}` };
  }
  const settings = provider === undefined ? fromFile(resource, places) : fromArgs(resource);
  if ("missing" in settings) return settings;
  const variables = {
    ...settings.variables,
    OCF_ROOT: places.ocfRoot,
    OCF_RA_VERSION_MAJOR: "1",
    OCF_RA_VERSION_MINOR: "0",
    OCF_RESOURCE_TYPE: type,
    OCF_RESOURCE_PROVIDER: provider ?? "heartbeat",
    OCF_RESOURCE_INSTANCE: settings.instance,
  };
  return { call: { argv: [file, action === "status" ? "monitor" : action], variables } };
}

type Settings = { instance: string; variables: Record<string, string> } | { missing: string };

/** `ocf:provider:type name=value …`: each becomes OCF_RESKEY_name. */
function fromArgs(resource: ScriptResource): Settings {
  const variables: Record<string, string> = {};
  for (const argument of resource.args) {
    const equals = argument.indexOf("=");
    if (equals < 1) return { missing: `"${argument}" is not name=value in ${resource.word}` };
    variables[`OCF_RESKEY_${argument.slice(0, equals)}`] = argument.slice(equals + 1);
  }
  return { instance: variables.OCF_RESKEY_name ?? instanceName(resource.word), variables };
}

/** State files of agents carry the instance's name: one word, no slash. */
function instanceName(word: string): string {
  return word.replace(/[^A-Za-z0-9_.-]+/g, "_");
}

/** `OCF::type::instance`: variables are in the file conf/OCF/type/instance. */
function fromFile(resource: ScriptResource, places: ScriptPlaces): Settings {
  const instance = resource.args[0] ?? "default";
  const file = join(places.ocfConf, resource.name, instance);
  try {
    return { instance, variables: parseSettings(readFileSync(file, "utf8")) };
  } catch (error) {
    return { missing: `Cannot read ${file}: ${error instanceof Error ? error.message : error}` };
  }
}

/** Shell-like assignments, one a line, quoted or not; a bare name gets its OCF_RESKEY_ prefix. */
export function parseSettings(text: string): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const line of text.split("\n")) {
    const match = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)=/.exec(line);
    const [head, name = ""] = match ?? [];
    if (head === undefined) continue;
    const raw = line.slice(head.length).trimEnd();
    const quoted = /^(["'])(.*)\1(?:\s+#.*)?$/.exec(raw)?.[2];
    const comment = raw.search(/\s#/);
    const value = quoted ?? (comment === -1 ? raw : raw.slice(0, comment).trimEnd());
    variables[name.startsWith("OCF_") ? name : `OCF_RESKEY_${name}`] = value;
  }
  return variables;
}

function anyProvider(agents: string, type: string): string | undefined {
  try {
    const providers = readdirSync(agents).sort();
    return providers.map((provider) => join(agents, provider, type)).find(isProgram);
  } catch {
    return undefined;
  }
}

function systemdCall(unit: string, action: Action): Found {
  // sd_booted(3): the one portable test for "systemd is the init of this host".
  if (!isDirectory("/run/systemd/system")) {
    return { missing: `Cannot ${action} unit "${unit}": systemd does not run on this host` };
  }
  const verb = action === "status" ? "is-active" : action;
  return { call: { argv: ["systemctl", verb, "--", unit], variables: {} } };
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
