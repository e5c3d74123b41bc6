// Addresses as text: which texts are addresses, and their one canonical form. A thin layer over
// ipaddr.js, which is more generous than a configuration file should be.

import ipaddr from "ipaddr.js";

/** Four decimal parts without leading zeros, which some programs read as octal. */
export function isIPv4(text: string): boolean {
  return /^\d{1,3}(\.\d{1,3}){3}$/.test(text) && text.split(".").every(isOctet);
}

function isOctet(part: string): boolean {
  return Number(part) <= 255 && (part === "0" || !part.startsWith("0"));
}

/** An IPv6 address without zone and prefix. */
export function isIPv6(text: string): boolean {
  return text.includes(":") && /^[0-9a-fA-F:.]+$/.test(text) && ipaddr.IPv6.isValid(text);
}

/** The canonical text of an IPv6 address (RFC 5952). */
export function canonicalIPv6(text: string): string {
  return ipaddr.IPv6.parse(text).toRFC5952String();
}

/** fe80::/10: means something only together with an interface. */
export function isLinkLocal(text: string): boolean {
  return ipaddr.IPv6.parse(text).range() === "linkLocal";
}

/** The prefix length of a dotted netmask; undefined when its ones are not contiguous. */
export function prefixOfNetmask(mask: string): number | undefined {
  if (!isIPv4(mask)) return undefined;
  return ipaddr.IPv4.parse(mask).prefixLengthFromSubnetMask() ?? undefined;
}

/** 224.0.0.0 to 239.255.255.255. */
export function isMulticast4(text: string): boolean {
  const first = Number(text.split(".")[0]);
  return isIPv4(text) && first >= 224 && first <= 239;
}
