// What one resource word of haresources means: an address that hb holds by itself, or a script to run
// (heartbeat-config 4, heartbeat-resources 8).

import { canonicalIPv6, isIPv4, isIPv6, isLinkLocal, prefixOfNetmask } from "./address.ts";
import { isDeviceName } from "./directive/medium.ts";
import type { Report, Word } from "./report.ts";
import type { AddressResource, PulseResource, Resource, ScriptResource } from "./resource.ts";
import { quote } from "./unit.ts";

/** The shell pattern by which Heartbeat knows an address. */
// Each part ends at the first sign that it may end at, so that a word of any length is read once.
const addressPattern = /^[0-9][^.]*\.[^0-9]*[0-9][^.]*\.[^0-9]*[0-9][^.]*\.[^0-9]*[0-9]/;

type Agent = AddressResource["agent"];

/** Reads one word; undefined after saying what is wrong with it. */
export function readResource(word: Word, report: Report): Resource | undefined {
  const { text } = word;
  if (looksLikeIPv6(text)) return readIPv6(word, text, report);
  const colons = text.indexOf("::");
  const name = colons === -1 ? text : text.slice(0, colons);
  const argument = colons === -1 ? undefined : text.slice(colons + 2);
  if (addressPattern.test(text) && !/^[A-Za-z]/.test(name)) {
    return readIPv4(word, text, "IPaddr", report);
  }
  switch (name) {
    case "IPaddr":
    case "IPaddr2":
      return argument === undefined
        ? missing(word, `${name}::ADDRESS[/PREFIX[/DEVICE]]`, report)
        : readIPv4(word, argument, name, report);
    case "IPv6addr":
      return argument === undefined
        ? missing(word, "IPv6addr::ADDRESS[/PREFIX[/DEVICE]]", report)
        : readIPv6(word, argument, report);
    case "IPsrcaddr":
    case "SendArp":
      return readPulse(word, name, argument, report);
    default:
      return readScript(word, name, argument, report);
  }
}

/** `name::argument` may read as an address too: "face::1". Then it is one only where addresses of hosts
 *  really are: global (2000::/3), local (fc00::/7) or of the link (fe80::/10). */
function looksLikeIPv6(text: string): boolean {
  const [address = ""] = text.split("/", 1);
  if (!isIPv6(address)) return false;
  const oneColon = address.replaceAll("::", "").includes(":");
  return oneColon || /^(?:[23][0-9a-f]{3}|f[cd][0-9a-f]{2}|fe[89ab][0-9a-f])::/i.test(address);
}

/** ip[/prefix[/nic[:label]][/broadcast]]; a third part that begins with a digit is the broadcast. */
function readIPv4(
  word: Word,
  text: string,
  agent: "IPaddr" | "IPaddr2",
  report: Report,
): AddressResource | undefined {
  const [address = "", mask, ...others] = text.split("/");
  if (!isIPv4(address)) {
    const hint = /(^|\.)0\d/.test(address) ? "Write the parts without leading zeros" : undefined;
    report.error(word, `Not an IPv4 address: ${quote(address)}`, hint);
    return undefined;
  }
  const prefix = mask === undefined ? undefined : readPrefix(word, mask, 32, report);
  if (mask !== undefined && prefix === undefined) return undefined;
  const device = /^\d/.test(others[0] ?? "") ? undefined : others.shift();
  const broadcast = others.shift();
  if (others.length > 0) return spare(word, others[0] ?? "", report);
  if (broadcast !== undefined && !isIPv4(broadcast)) {
    report.error(
      word,
      `The broadcast address must be an IPv4 address: ${quote(broadcast)} is none`,
    );
    return undefined;
  }
  const nic = device === undefined ? {} : readDevice(word, device, report);
  if (nic === undefined) return undefined;
  return { ...base(word, agent, 4, address, prefix), ...nic, ...(broadcast && { broadcast }) };
}

/** v6[/prefix[/nic]] */
function readIPv6(word: Word, text: string, report: Report): AddressResource | undefined {
  const [address = "", mask, device, ...others] = text.split("/");
  if (!isIPv6(address)) {
    report.error(word, `Not an IPv6 address: ${quote(address)}`);
    return undefined;
  }
  const prefix = mask === undefined ? undefined : readPrefix(word, mask, 128, report);
  if (mask !== undefined && prefix === undefined) return undefined;
  if (others.length > 0) return spare(word, others[0] ?? "", report);
  const nic = device === undefined ? {} : readDevice(word, device, report);
  if (nic === undefined) return undefined;
  if (device === undefined && isLinkLocal(address)) {
    const hint = `Write: ${address}/64/DEVICE`;
    report.error(word, `A link-local address needs its device: ${quote(address)} names none`, hint);
    return undefined;
  }
  return { ...base(word, "IPv6addr", 6, canonicalIPv6(address), prefix), ...nic };
}

function base(
  word: Word,
  agent: Agent,
  family: 4 | 6,
  address: string,
  prefix: number | undefined,
): AddressResource {
  const whole = { kind: "address", word: word.text, agent, family, address } as const;
  return prefix === undefined ? whole : { ...whole, prefix };
}

function readPrefix(word: Word, text: string, max: number, report: Report): number | undefined {
  const length = /^\d{1,3}$/.test(text) ? Number(text) : prefixOfNetmask(text);
  if (length !== undefined && length >= 1 && length <= max) return length;
  report.error(
    word,
    `The prefix must be a whole number from 1 to ${max}: ${quote(text)} is not`,
    "Write: ADDRESS/PREFIX/DEVICE",
  );
  return undefined;
}

/** nic or nic:label; IFNAMSIZ counts for the label too. */
function readDevice(
  word: Word,
  text: string,
  report: Report,
): { readonly device: string; readonly label?: string } | undefined {
  const [device = "", alias] = text.split(":", 2);
  if (!isDeviceName(device) || !isDeviceName(text) || alias === "") {
    report.error(word, `Not a network interface or label: ${quote(text)}`, "Example: eth0, eth0:1");
    return undefined;
  }
  return alias === undefined ? { device } : { device, label: text };
}

/** IPsrcaddr::ip and SendArp::ip[/nic] */
function readPulse(
  word: Word,
  name: "IPsrcaddr" | "SendArp",
  argument: string | undefined,
  report: Report,
): PulseResource | undefined {
  const usage = name === "SendArp" ? "SendArp::ADDRESS/DEVICE" : "IPsrcaddr::ADDRESS";
  if (argument === undefined) return missing(word, usage, report);
  const [address = "", device, ...others] = argument.split("/");
  if (!isIPv4(address)) {
    report.error(word, `Not an IPv4 address: ${quote(address)}`, `Write: ${usage}`);
    return undefined;
  }
  if (others.length > 0) return spare(word, others[0] ?? "", report);
  if (device !== undefined && readDevice(word, device, report) === undefined) return undefined;
  const kind = name === "SendArp" ? "sendarp" : "srcaddr";
  const whole = { kind, word: word.text, address } as const;
  return device === undefined ? whole : { ...whole, device };
}

/** A script's name and arguments; OCF agents and systemd units have their own spelling. */
function readScript(
  word: Word,
  name: string,
  argument: string | undefined,
  report: Report,
): ScriptResource | undefined {
  const args = argument === undefined ? [] : argument.split("::");
  const script = { kind: "script", word: word.text } as const;
  if (name === "OCF") {
    const [type = "", ...instance] = args;
    if (!isFileName(type) || instance.length !== 1 || !isFileName(instance[0] ?? "")) {
      return missing(word, "OCF::TYPE::INSTANCE", report);
    }
    return { ...script, style: "ocf", name: type, args: instance };
  }
  if (name.startsWith("ocf:")) return readOcf(word, name, args, report);
  if (name.startsWith("systemd:")) {
    const unit = name.slice("systemd:".length);
    if (!isFileName(unit) || args.length > 0) return missing(word, "systemd:UNIT", report);
    return { ...script, style: "systemd", name: unit, args };
  }
  if (!isFileName(name)) {
    const hint = "A script is named without its path: it is in resource.d or /etc/init.d";
    report.error(word, `Not a resource: ${quote(word.text)}`, hint);
    return undefined;
  }
  return { ...script, style: "heartbeat", name, args };
}

/** ocf:provider:type[::name=value…] */
function readOcf(
  word: Word,
  name: string,
  args: readonly string[],
  report: Report,
): ScriptResource | undefined {
  const [, provider = "", type = "", ...others] = name.split(":");
  if (!isFileName(provider) || !isFileName(type) || others.length > 0) {
    return missing(word, "ocf:PROVIDER:TYPE::NAME=VALUE", report);
  }
  const bad = args.find((each) => !/^[A-Za-z_][A-Za-z0-9_]*=/.test(each));
  if (bad !== undefined) {
    const reason = `${quote(bad)} is not`;
    report.error(word, `An argument of an OCF agent must be NAME=VALUE: ${reason}`);
    return undefined;
  }
  return { kind: "script", word: word.text, style: "ocf", name: `${provider}:${type}`, args };
}

function isFileName(text: string): boolean {
  return (
    text !== "" && text !== "." && text !== ".." && !text.includes("/") && !text.includes("\0")
  );
}

function missing(word: Word, usage: string, report: Report): undefined {
  report.error(word, `${quote(word.text)} is not complete`, `Write: ${usage}`);
  return undefined;
}

function spare(word: Word, part: string, report: Report): undefined {
  report.error(
    word,
    `Spare part in ${quote(word.text)}: ${quote(part)}`,
    "Write: ADDRESS/PREFIX/DEVICE/BROADCAST",
  );
  return undefined;
}
