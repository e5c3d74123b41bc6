// Prints a virtual router as the `carp` line that means it; what has its usual value is left out.

import type { RouterAddress } from "../router.ts";
import { writeTime } from "../unit.ts";
import type { RouterLine } from "./setting.ts";
import { routerDefaults } from "./standard.ts";

/** The line without its end. */
export function printRouter(line: RouterLine): string {
  const words = ["carp", line.device, `${line.vhid}`, line.addresses.map(printAddress).join(",")];
  const put = (name: string, value: string | number | undefined) => {
    if (value !== undefined && value !== "") words.push(`${name}=${value}`);
  };
  const putOther = <Key extends keyof typeof routerDefaults>(
    name: string,
    key: Key,
    spell: (value: (typeof routerDefaults)[Key]) => string = String,
  ) => {
    if (line[key] !== routerDefaults[key]) put(name, spell(line[key]));
  };
  const putFlag = (name: string, set: boolean) => {
    if (set) words.push(name);
  };

  putOther("advbase", "advbase");
  putOther("advskew", "advskew");
  putOther("deadratio", "deadratio");
  put("passfile", line.passfile);
  putFlag("preempt", line.preempt);
  putFlag("neutral", line.neutral);
  put("up", line.upScript);
  put("down", line.downScript);
  put("xparam", line.xparam);
  putOther("script-timeout", "scriptTimeoutMs", writeTime);
  put("source", line.source);
  const usual = line.dialect === "bsd" || line.vmac ? "bsd" : "ucarp";
  if (line.sourceMac !== usual) put("source-mac", line.sourceMac);
  putOther("mcastip", "multicast");
  putFlag("nomcast", line.broadcast);
  put("peer", line.peers.join(","));
  putOther("dialect", "dialect");
  putOther("seal", "seal");
  putFlag("vmac", line.vmac);
  putFlag("ignoreifstate", line.ignoreIfState);
  put(
    "track",
    line.track.map((each) => (each.kind === "interface" ? each.device : each.path)).join(","),
  );
  put("group", line.group);
  putOther("announce-interval", "announceIntervalMs", writeTime);
  return words.join(" ");
}

function printAddress({ address, prefix, label }: RouterAddress): string {
  return [address, prefix, label].filter((part) => part !== undefined).join("/");
}
