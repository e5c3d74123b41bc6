// Directives that say where heartbeats travel (heartbeat-config 2 "Media", heartbeat-wire 14).
// Whether the devices exist is not asked here: a device may come and go while hb runs.

import { isIPv4, isIPv6 } from "../address.ts";
import { isLine, type Medium } from "../medium.ts";
import type { Report, Word } from "../report.ts";
import { quote, type Read, readBoolean, readInteger } from "../unit.ts";
import { type Directive, type Directives, integer, type Reader, sayWrong } from "./directive.ts";

/** IFNAMSIZ is 16 with the final NUL (net/if.h). */
const deviceName = /^[^/\s]{1,15}$/;

/** Every node by each of four networks, and more; every packet leaves by all of them. */
export const mediumCountMax = 500;

/** TTL and hop limit: the real daemon accepts no more. */
const ttlMax = 4;

/** True for a name that a network interface may have. */
export function isDeviceName(name: string): boolean {
  return deviceName.test(name) && name !== "." && name !== "..";
}

export const mediumDirectives: Directives = {
  bcast: { shape: "list", set: broadcast },
  udp: {
    shape: "list",
    set(name, value, reader) {
      reader.report.warning(name, 'The directive "udp" is now called "bcast"', 'Write "bcast"');
      broadcast(name, value, reader);
    },
  },
  ucast: unicast("ucast"),
  ucast6: unicast("ucast6"),
  mcast: multicast("mcast"),
  mcast6: multicast("mcast6"),
  ping: ping("ping"),
  ping6: ping("ping6"),
  ping_group: { shape: "line", set: pingGroup },
  udpport: integer("udpport", 1, 65_535),
  hopfudge: integer("hopfudge", 0, 255),
};

function broadcast(name: Word, value: Word, { draft, report }: Reader): void {
  if (!checkDevice(name, value, report)) return;
  addMedium({ kind: "bcast", device: value.text, port: 0 }, name, { draft, report });
}

function unicast(kind: "ucast" | "ucast6"): Directive {
  return {
    shape: "line",
    set(name, words, reader) {
      const [device, peer] = exactly(name, words, ["device", "peer"], reader.report) ?? [];
      if (device === undefined || peer === undefined) return;
      if (!checkDevice(name, device, reader.report)) return;
      const host = kind === "ucast6" ? unscoped(peer, device, reader.report) : peer.text;
      if (kind === "ucast" ? !isHost(host) : !isHost6(host)) {
        const family = kind === "ucast" ? "an IPv4 address" : "an IPv6 address";
        const reason = `${quote(peer.text)} is neither`;
        reader.report.error(peer, `The peer must be ${family} or a host name: ${reason}`);
        return;
      }
      addMedium({ kind, device: device.text, peer: host, port: 0 }, name, reader);
    },
  };
}

/** fe80::1%eth0 names the device once more; it must be the same. */
function unscoped(peer: Word, device: Word, report: Report): string {
  const [address = "", scope] = peer.text.split("%", 2);
  if (scope !== undefined && scope !== device.text) {
    report.error(peer, `The scope differs from the device: "${scope}" is not "${device.text}"`);
  }
  return address;
}

function multicast(kind: "mcast" | "mcast6"): Directive {
  const wants = ["device", "group", "port", kind === "mcast" ? "ttl" : "hops", "loop"];
  return {
    shape: "line",
    set(name, words, reader) {
      const five = exactly(name, words, wants, reader.report);
      if (five === undefined) return;
      const [device, group, port, ttl, loop] = five as [Word, Word, Word, Word, Word];
      let good = checkDevice(name, device, reader.report);
      if (!isMulticast(kind, group.text)) {
        const range = kind === "mcast" ? "224.0.0.0 to 239.255.255.255" : "ff00::/8";
        const reason = `${quote(group.text)} is not`;
        reader.report.error(group, `The group must be an address of ${range}: ${reason}`);
        good = false;
      }
      const number = readInteger(port.text, 1, 65_535);
      const hops = readInteger(ttl.text, 0, ttlMax);
      const looped = readBoolean(loop.text);
      if (number.ok && hops.ok && looped.ok) {
        if (!good) return;
        addMedium(
          {
            kind,
            device: device.text,
            group: group.text.toLowerCase(),
            port: number.value,
            ttl: hops.value,
            loop: looped.value,
          },
          name,
          reader,
        );
        return;
      }
      const of = (what: string): Word => ({ ...name, text: `${name.text} ${what}` });
      if (!number.ok) sayWrong(of("port"), port, number, reader.report);
      if (!hops.ok) sayWrong(of(wants[3] ?? "ttl"), ttl, hops, reader.report);
      if (!looped.ok) sayWrong(of("loop"), loop, looped, reader.report);
    },
  };
}

function isMulticast(kind: "mcast" | "mcast6", group: string): boolean {
  if (kind === "mcast6") return isIPv6(group) && /^ff/i.test(group);
  const first = Number(group.split(".")[0]);
  return isIPv4(group) && first >= 224 && first <= 239;
}

function ping(kind: "ping" | "ping6"): Directive {
  return {
    shape: "list",
    set(name, value, reader) {
      if (kind === "ping6" ? !isHost6(value.text) : !isHost(value.text)) {
        const family = kind === "ping6" ? "an IPv6 address" : "an IPv4 address";
        const reason = `${quote(value.text)} is neither`;
        reader.report.error(value, `"${kind}" must be ${family} or a host name: ${reason}`);
        return;
      }
      addMedium({ kind, name: value.text, address: value.text }, name, reader);
    },
  };
}

function pingGroup(name: Word, words: readonly Word[], reader: Reader): void {
  const [group, ...hosts] = words;
  if (group === undefined || hosts.length === 0) {
    reader.report.error(
      group ?? name,
      `"ping_group" needs a name and at least one host: ${words.length} of 2 words are there`,
      "Example: ping_group routers 10.0.0.1 10.0.0.2",
    );
    return;
  }
  const bad = hosts.filter((host) => !isHost(host.text));
  for (const host of bad) {
    const reason = `${quote(host.text)} is neither`;
    reader.report.error(host, `A host must be an IPv4 address or a name: ${reason}`);
  }
  if (bad.length > 0) return;
  const addresses = hosts.map((host) => host.text);
  addMedium({ kind: "ping_group", name: group.text, addresses }, name, reader);
}

/** What a serial line can do (termios), in rising order. */
export const baudRates = [9600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800];

/** A rate that a serial line can have. */
export function readBaud(text: string): Read<number> {
  const rate = baudRates.find((each) => `${each}` === text);
  if (rate !== undefined) return { ok: true, value: rate };
  return { ok: false, want: `one of ${baudRates.join(", ")}`, reason: `${quote(text)} is not` };
}

function checkDevice(name: Word, device: Word, report: Report): boolean {
  if (isDeviceName(device.text)) return true;
  const reason = `${quote(device.text)} is none`;
  report.error(
    device,
    `"${name.text}" must name a network interface: ${reason}`,
    'At most 15 characters without "/"; "ip link" lists them',
  );
  return false;
}

/** An IPv4 address, or a name that could be resolved to one. Digits and dots alone are no name. */
function isHost(text: string): boolean {
  if (/^[\d.]+$/.test(text)) return isIPv4(text);
  return /^[a-zA-Z0-9_]([a-zA-Z0-9_.-]{0,253})$/.test(text);
}

/** An IPv6 address, or a name that could be resolved to one. */
function isHost6(text: string): boolean {
  return isIPv6(text) || (isHost(text) && !isIPv4(text));
}

/** The words of a line that must have exactly these; says which are missing or spare. */
function exactly(
  name: Word,
  words: readonly Word[],
  wants: readonly string[],
  report: Report,
): readonly Word[] | undefined {
  const usage = `Write: ${name.text} ${wants.map((want) => want.toUpperCase()).join(" ")}`;
  const spare = words[wants.length];
  if (spare !== undefined) {
    report.error(spare, `Spare word in "${name.text}": ${quote(spare.text)}`, usage);
    return undefined;
  }
  const missing = wants.slice(words.length);
  if (missing.length > 0) {
    report.error(words.at(-1) ?? name, `"${name.text}" misses its ${missing.join(", ")}`, usage);
    return undefined;
  }
  return words;
}

/** Adds a medium; the port of those that use udpport is filled in when the whole file is read. */
export function addMedium(medium: Medium, name: Word, { draft, report }: Reader): void {
  const media = draft.media ?? [];
  if (media.length === mediumCountMax) {
    report.error(name, `Too many media: at most ${mediumCountMax} are possible`);
    return;
  }
  const written = JSON.stringify(medium);
  if (media.some((other) => JSON.stringify(other) === written)) {
    report.warning(name, "The same medium is given twice: once is enough");
    return;
  }
  const clash =
    "name" in medium && media.some((other) => "name" in other && other.name === medium.name);
  if (clash) {
    report.error(name, `Two ping nodes have one name: "${medium.name}"`);
    return;
  }
  if (isLine(medium) && media.some((other) => isLine(other) && other.device === medium.device)) {
    const message = `${quote(medium.device)} is used twice: a cable carries one medium`;
    report.error(name, message);
    return;
  }
  draft.media = [...media, medium];
}
