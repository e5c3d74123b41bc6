// Which device of ha.cf this node has (heartbeat-resources 9), and what can be wrong with it.

import type { View } from "./checkhacf.ts";
import type { HaConf, Stonith } from "./haconf.ts";
import { quote } from "./unit.ts";

/** What this host has of the program that works the devices; absent when the files are not for it. */
export interface FencingFacts {
  /** The program is there. */
  readonly isInstalled: boolean;
  /** It has a plugin of this name; undefined: nobody knows. */
  knows(type: string): boolean | undefined;
  /** Why a file of parameters cannot be read; undefined: it can. */
  trouble(path: string): string | undefined;
}

/** The last line that is for this node. */
export function deviceOf({ stonith }: Pick<HaConf, "stonith">, self: string): Stonith | undefined {
  return stonith.findLast(({ host }) => host === undefined || host === "*" || host === self);
}

/** A device that cannot work must not seem to protect anything. */
export function checkFencing({ conf, report, spots }: View, self: string, facts?: FencingFacts) {
  const device = deviceOf(conf, self);
  if (device === undefined) return;
  const { type, host, parameters } = device;
  const word = spots(host === undefined ? "stonith" : "stonith_host").at(-1);
  if (parameters === "") {
    const want = host === undefined ? "its file of parameters" : "its parameters";
    report.error(word, `The stonith device ${quote(type)} misses ${want}`, `stonith -t ${type} -n`);
    return;
  }
  if (facts === undefined) return;
  if (!facts.isInstalled) {
    const message = 'Nobody can be fenced: the program "stonith" is not on this host';
    report.error(word, message, "Install cluster-glue: apt install cluster-glue");
  } else if (facts.knows(type) === false) {
    const message = `Unknown stonith device ${quote(type)}`;
    report.error(word, message, '"stonith -L" lists those that this host has');
  }
  const trouble = host === undefined ? facts.trouble(parameters) : undefined;
  if (trouble === undefined) return;
  const message = `Cannot read the parameters of the stonith device: ${parameters}: ${trouble}`;
  report.error(word, message, `What belongs in it: stonith -t ${type} -n`);
}
