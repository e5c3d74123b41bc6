// What systemd knows of hb.service and heartbeat.service.

import { existsSync } from "node:fs";
import { unitProperties } from "../check/unit.ts";
import { tell } from "../tool.ts";

export interface UnitSight {
  readonly hb?: Readonly<Record<string, string>>;
  readonly heartbeat?: string;
}

export async function lookUnits(): Promise<UnitSight> {
  // sd_booted(3): the one portable test for "systemd is the init of this host".
  if (!existsSync("/run/systemd/system")) return {};
  const properties = unitProperties.join(",");
  const [hb, heartbeat] = await Promise.all([
    tell("systemctl", "show", "-p", properties, "hb.service"),
    tell("systemctl", "show", "-p", "UnitFileState", "heartbeat.service"),
  ]);
  if (hb?.ok !== true) return {};
  const state = valuesOf(heartbeat?.stdout ?? "").UnitFileState ?? "";
  return { hb: valuesOf(hb.stdout), ...(state !== "" && { heartbeat: state }) };
}

function valuesOf(text: string): Readonly<Record<string, string>> {
  const pairs = text.split("\n").filter((line) => line.includes("="));
  return Object.fromEntries(
    pairs.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}
