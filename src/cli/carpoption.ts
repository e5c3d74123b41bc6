// The options of `hb carp`: ucarp's, long and short, and hb's own. Each that is about the router stands
// for a setting of a `carp` line (config/carp/setting.ts), which knows what it means.

import { resolve } from "node:path";
import type { RouterWords } from "../config/carp/line.ts";
import { settings } from "../config/carp/setting.ts";
import type { Word } from "../config/report.ts";

/** Options about the one router that the command line describes, with the setting that each stands for. */
export const routerOptions = {
  interface: text("i", "IF", "Interface"),
  vhid: text("v", "N", "Number of the virtual router on that network: 1-255"),
  addr: text("a", "ADDRESS[/LEN]", "Shared address, IPv4 or IPv6; give it once for each"),
  srcip: text("s", "ADDRESS", "Source of adverts (default: the interface's first address)"),
  advbase: text("b", "SECONDS", "Time between adverts, whole seconds: 0-255 (default: 1)"),
  advskew: text(
    "k",
    "N",
    "N/256 s are added; the least sum is the best master: 0-255 (default: 0)",
  ),
  deadratio: text("r", "N", "A master is dead after advbase * N + advskew/256 (default: 3)"),
  preempt: flag("P", "Take over from a master whose sum is greater"),
  neutral: flag("n", "Take nothing down at start, and run no down script"),
  ignoreifstate: flag("S", "Go on without a carrier"),
  upscript: text("u", "PATH", "Run to put the addresses up, instead of hb: PATH IF ADDRESS [TEXT]"),
  downscript: text("d", "PATH", "Run to take them down"),
  xparam: text("x", "TEXT", "Third argument of the scripts"),
  "script-timeout": text(undefined, "TIME", "A script that runs longer has failed (default: 60s)"),
  mcastip: text(undefined, "GROUP", "Multicast group of adverts (default: 224.0.0.18)"),
  nomcast: flag("M", "Send adverts to the Ethernet broadcast address"),
  peer: text(undefined, "ADDRESS", "Send adverts to this host alone; give it once for each"),
  dialect: text(
    undefined,
    "ucarp|bsd",
    "Behave as ucarp or as bsd where they differ (default: ucarp)",
  ),
  seal: text(undefined, "auto|require|off", "Against replay: auto, require or off (default: auto)"),
  "source-mac": text(
    undefined,
    "ucarp|bsd|interface",
    "Ethernet source of adverts: ucarp, bsd or interface",
  ),
  vmac: flag(undefined, "Hold the addresses on a virtual interface with 00:00:5e:00:01:VHID"),
  track: text(undefined, "IF|PATH", "Yield while this interface is down or this command fails"),
  group: text(undefined, "NAME", "Routers of this name yield together"),
  "announce-interval": text(undefined, "TIME", "How often a master announces (default: 60s)"),
} as const;

/** Options that may be given more than once. */
export const repeatable = ["addr", "peer", "track"] as const;

/** Names of settings that are called otherwise as options. */
const settingOf: Readonly<Record<string, string>> = {
  srcip: "source",
  upscript: "up",
  downscript: "down",
};

const scripts: readonly string[] = ["up", "down"];

function text<const Alias extends string | undefined>(
  alias: Alias,
  valueHint: string,
  description: string,
) {
  return { type: "string", valueHint, description, ...(alias && { alias }) } as const;
}

function flag<const Alias extends string | undefined>(alias: Alias, description: string) {
  return { type: "boolean", description, ...(alias && { alias }) } as const;
}

/** The router's words out of the values of the options, by option name. */
export function wordsOf(values: ReadonlyMap<string, readonly string[]>): RouterWords {
  const first = (option: string) => word(values.get(option)?.[0] ?? "");
  const found: { name: string; value: Word }[] = [];
  for (const [option, texts] of values) {
    const name = settingOf[option] ?? option;
    if (!settings.has(name)) continue;
    for (const each of texts) {
      // Paths are relative to where the command is given; the process may be anywhere.
      const path = scripts.includes(name) || (name === "track" && each.includes("/"));
      found.push({ name, value: word(path ? resolve(each) : each) });
    }
  }
  const addresses = (values.get("addr") ?? []).flatMap((each) => each.split(",")).map(word);
  return {
    name: word("carp"),
    device: first("interface"),
    vhid: first("vhid"),
    addresses,
    settings: found,
  };
}

/** A word that stands in no file. */
function word(value: string): Word {
  return { text: value, line: 0, column: 0, source: "" };
}
