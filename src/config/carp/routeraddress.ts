// One shared address of a virtual router: ADDRESS[/PREFIX[/DEVICE:LABEL]].

import { canonicalIPv6, isIPv4, isIPv6, isMulticast4 } from "../address.ts";
import { isDeviceName } from "../directive/medium.ts";
import type { Report, Word } from "../report.ts";
import type { RouterAddress } from "../router.ts";
import { quote, readInteger } from "../unit.ts";

/** Reads one; undefined after saying what is wrong with it. */
export function readRouterAddress(
  word: Word,
  device: string,
  report: Report,
): RouterAddress | undefined {
  const [text = "", length, label, ...spare] = word.text.split("/");
  const family = isIPv4(text) ? 4 : isIPv6(text) ? 6 : undefined;
  if (family === undefined) {
    const hint = /(^|\.)0\d/.test(text) ? "Write the parts without leading zeros" : undefined;
    report.error(word, `Not an IP address: ${quote(text)}`, hint);
    return undefined;
  }
  const address = family === 4 ? text : canonicalIPv6(text);
  if (address === "0.0.0.0" || address === "::" || isMulticast4(address) || /^ff/.test(address)) {
    report.error(word, `No host can have the address ${quote(text)}`);
    return undefined;
  }
  const prefix = length === undefined ? undefined : readInteger(length, 1, family === 4 ? 32 : 128);
  if (prefix?.ok === false) {
    report.error(word, `The prefix must be ${prefix.want}: ${prefix.reason}`);
    return undefined;
  }
  if (spare.length > 0) {
    report.error(word, `Spare part in ${quote(word.text)}: ${quote(spare[0] ?? "")}`, usage);
    return undefined;
  }
  if (label !== undefined && !isLabel(label, device, family)) {
    const want = `"${device}:" and a word, 15 characters in all, for IPv4 only`;
    report.error(word, `The label must be ${want}: ${quote(label)} is not`, usage);
    return undefined;
  }
  return {
    family,
    address,
    ...(prefix === undefined ? {} : { prefix: prefix.value }),
    ...(label === undefined ? {} : { label }),
  };
}

const usage = "Write: ADDRESS/PREFIX/DEVICE:LABEL";

/** The kernel keeps labels as it keeps names of interfaces. */
function isLabel(label: string, device: string, family: 4 | 6): boolean {
  return (
    family === 4 && label.startsWith(`${device}:`) && isDeviceName(label) && !label.endsWith(":")
  );
}
