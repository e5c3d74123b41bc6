// When the agent logs to a log daemon, and where it finds it.

import type { HaConf } from "../../config/haconf.ts";
import { logPlaces } from "../../config/logdcf.ts";
import type { LogPlaces } from "../log.ts";
import { clusterHeir } from "../logfile.ts";
import { logSocketIn } from "../place.ts";

/** As 3.0.6: where ha.cf names no place for the log, the daemon is used without being asked for. */
export function usesLogd({ useLogd, written }: HaConf): boolean {
  return useLogd ?? logPlaces.every((place) => written[place] === undefined);
}

/** Where the log goes by this configuration. */
export function logPlacesOf(conf: HaConf, state: string): LogPlaces {
  const heir = clusterHeir();
  const places = heir === undefined ? conf : { ...conf, heir };
  if (!usesLogd(conf)) return places;
  return { ...places, logd: { socket: logSocketIn(state), retryMs: conf.connLogdMs } };
}
