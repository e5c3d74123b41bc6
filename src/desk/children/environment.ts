// What a program beside the agent finds in its environment, name by name as Heartbeat 3.0.6 gives it
// (heartbeat-api 10).

import { pacemakerMode } from "../../config/child.ts";
import type { HaConf } from "../../config/haconf.ts";
import { parametersOf } from "../../config/parameter.ts";
import { inherited } from "../environment.ts";
import type { Places } from "../place.ts";

export interface Setting {
  readonly conf: HaConf;
  /** Of this host. */
  readonly node: string;
}

/** What clients of the API may ask for, and 3.0.6 puts into no environment. */
const untold = ["crm", "hbversion", "use_apphbd"];

/** Every variable. */
export function childEnvironment(
  { conf, node }: Setting,
  places: Pick<Places, "conf" | "ocfRoot">,
): Record<string, string> {
  const told = [...parametersOf(conf)]
    .filter(([name]) => !untold.includes(name))
    .map(([name, value]) => [`HA_${name}`, value]);
  const environment: Record<string, string> = {
    ...inherited(),
    ...Object.fromEntries(told),
    HA_CURHOST: node,
    // With the slashes that it has there: somebody may compare.
    HA_DIR: `${places.conf}/`,
    HA_FUNCS: `${places.conf}//shellfuncs`,
    HA_DATEFMT: "%Y/%m/%d_%T\t",
    HA_COMPRESSION: conf.compression,
    OCF_ROOT: places.ocfRoot,
  };
  if (conf.logfile !== undefined) environment.HA_LOGFILE = conf.logfile;
  if (conf.debugfile !== undefined) environment.HA_DEBUGLOG = conf.debugfile;
  if (conf.logfacility !== undefined) environment.HA_LOGFACILITY = conf.logfacility;
  const mode = pacemakerMode(conf.pacemaker);
  if (mode !== "off") environment.HA_cluster_type = "heartbeat";
  if (mode === "valgrind") environment.HA_VALGRIND_ENABLED = "1";
  for (const [name, value] of conf.env) environment[`HA_${name}`] = value;
  return environment;
}
