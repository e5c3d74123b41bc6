// What can be wrong with cables: no tty, a ring that is none, a line too slow for what it has to carry.

import type { Keyring } from "../wire/keyring.ts";
import type { View } from "./checkhacf.ts";
import { baudRates } from "./directive/medium.ts";
import { bytesPerKeepalive, type LineTraffic, SHARE_MAX, shareOf } from "./linebudget.ts";
import { isLine, type PppMedium, type SerialMedium } from "./medium.ts";
import type { GroupSpec } from "./resource.ts";
import { quote, sayTime } from "./unit.ts";

/** What is at the path of a tty. */
export type TtyKind = "tty" | "missing" | "other";

export interface LineFacts {
  readonly groups: readonly GroupSpec[];
  readonly keyring?: Keyring;
  /** What a path of this host is; absent when the files are not for it. */
  readonly tty?: (path: string) => TtyKind;
}

/** All checks of cables. */
export function checkLines(view: View, facts: LineFacts): void {
  checkTtys(view, facts);
  checkUse(view);
  checkBudget(view, facts);
}

/** Where ha.cf names the tty of a line. */
function wordOf({ kind, device }: SerialMedium | PppMedium, { spots }: View) {
  const words = [kind, ...(kind === "ppp" ? ["ppp-udp"] : [])].flatMap((name) => spots(name));
  return words.find((each) => each.text === device) ?? words[0];
}

function checkTtys(view: View, { tty }: LineFacts): void {
  if (tty === undefined) return;
  const { conf, report } = view;
  for (const line of conf.media.filter(isLine)) {
    const { device } = line;
    const word = wordOf(line, view);
    const found = tty(device);
    if (found === "missing") {
      const message = `This host has no ${quote(device)} at the moment`;
      report.warning(word, message, "The agent opens it when it comes");
    }
    if (found === "other") {
      report.error(word, `${quote(device)} is no character device, so it cannot be a serial line`);
    }
  }
}

/** Directives that change nothing, and cables that leave nodes out. */
function checkUse({ conf, report, spot }: View): void {
  const lines = conf.media.filter(isLine);
  const serials = lines.filter((medium) => medium.kind === "serial");
  if (spot("serial_flow") !== undefined && serials.length === 0) {
    report.warning(spot("serial_flow"), '"serial_flow" has no effect: there is no "serial"');
  }
  const late = serials.filter(({ baud }) => baud !== conf.baud);
  if (late.length > 0) {
    const names = late.map(({ device }) => device).join(", ");
    report.warning(
      spot("baud"),
      `"baud" stands below "serial": ${names} runs at ${late[0]?.baud} baud, as with Heartbeat 3.0.6`,
      'Move "baud" above "serial"',
    );
  }
  if (conf.serialRing && lines.length < 2) {
    report.warning(
      spot("serial_ring"),
      `"serial_ring on" passes nothing on: there ${lines.length === 1 ? "is 1 cable" : "are no cables"} here`,
      "A ring needs two cables at every node",
    );
  }
  const others = conf.nodes.length - 1;
  const onlyLines = conf.media.every((medium) => isLine(medium) || "name" in medium);
  if (onlyLines && lines.length > 0 && lines.length < others && !conf.serialRing) {
    const cables = lines.length === 1 ? "1 cable reaches" : `${lines.length} cables reach`;
    report.warning(
      spot("serial") ?? spot("ppp"),
      `${cables} at most so many of the ${others} other nodes: the rest is never heard`,
      'Write "serial_ring on" on every node, and lay the cables in a ring',
    );
  }
}

function checkBudget(view: View, facts: LineFacts): void {
  const { conf, report } = view;
  const { keyring } = facts;
  if (keyring === undefined || conf.nodes.length < 2) return;
  const lines = conf.media.filter(isLine);
  const ring = conf.serialRing && lines.length > 1;
  for (const line of lines) {
    const traffic = { ...line, nodes: conf.nodes, groups: facts.groups, keyring, ring };
    const share = shareOf(traffic, conf.keepaliveMs);
    if (share <= SHARE_MAX) continue;
    const need = Math.ceil((bytesPerKeepalive(traffic) * 1000) / conf.keepaliveMs);
    report.warning(
      wordOf(line, view),
      `Heartbeats need ${Math.round(share * 100)} % of ${quote(line.device)}: ${need} of ` +
        `${line.baud / 10} bytes per second at ${line.baud} baud; ${SHARE_MAX * 100} % are safe`,
      remedy(line, traffic, conf.keepaliveMs),
    );
  }
}

/** The next speed that is enough, or the keepalive that is. */
function remedy(line: SerialMedium | PppMedium, traffic: LineTraffic, keepaliveMs: number): string {
  const needed = (shareOf(traffic, keepaliveMs) / SHARE_MAX) * keepaliveMs;
  const rounded = Math.ceil(needed / 100) * 100;
  const slower = `raise keepalive to ${sayTime(rounded)}`;
  const baud = baudRates.find((rate) => {
    return rate > line.baud && shareOf({ ...traffic, baud: rate }, keepaliveMs) <= SHARE_MAX;
  });
  return baud === undefined ? `R${slower.slice(1)}` : `Raise baud to ${baud}, or ${slower}`;
}
