// PPP over a cable, which the agent brings up by itself: `ppp TTY LOCAL:REMOTE [BAUD]`, and `ppp-udp`
// as Heartbeat 0.4 wrote it (heartbeat-config 10).
//
// In `ppp-udp` each tty stands before the address at *this* node's end of it; the other node tells its
// own. Heartbeat 0.4 allowed the private networks of RFC 1918 only, and so does this old form here.

import { isIPv4 } from "../address.ts";
import type { PppMedium } from "../medium.ts";
import type { Report, Word } from "../report.ts";
import { quote } from "../unit.ts";
import { type Directives, type Reader, sayWrong } from "./directive.ts";
import { addMedium, readBaud } from "./medium.ts";

const usage = {
  ppp: "Write: ppp TTY LOCAL:REMOTE [BAUD], for example: ppp /dev/ttyS1 10.0.0.1:10.0.0.2",
  "ppp-udp": "Write: ppp-udp TTY ADDRESS…, the address at this node's end of each line",
} as const;

export const pppDirectives: Directives = {
  ppp: { shape: "line", set: modern },
  "ppp-udp": { shape: "line", set: old },
};

function modern(name: Word, words: readonly Word[], reader: Reader): void {
  const { report } = reader;
  const [tty, ends, rate, spare] = words;
  if (tty === undefined || ends === undefined) {
    report.error(tty ?? name, '"ppp" misses its LOCAL:REMOTE addresses', usage.ppp);
    return;
  }
  if (spare !== undefined) {
    report.error(spare, `Spare word in "ppp": ${quote(spare.text)}`, usage.ppp);
    return;
  }
  const baud = rate === undefined ? undefined : readBaud(rate.text);
  if (rate !== undefined && baud?.ok === false) {
    sayWrong({ ...name, text: "ppp baud" }, rate, baud, report);
    return;
  }
  const addresses = readEnds(ends, report);
  if (!checkTty(name, tty, report) || addresses === undefined) return;
  const given = baud?.ok === true ? { baud: baud.value } : {};
  addMedium(medium({ device: tty.text, ...addresses, ...given }), name, reader);
}

function old(name: Word, words: readonly Word[], reader: Reader): void {
  const { report } = reader;
  for (let at = 0; at < words.length; at += 2) {
    const tty = words[at] ?? name;
    const local = words[at + 1];
    if (local === undefined) {
      const message = `"ppp-udp" misses the address of ${quote(tty.text)}`;
      report.error(tty, message, usage["ppp-udp"]);
      return;
    }
    if (!checkTty(name, tty, report) || !checkPrivate(local, report)) return;
    addMedium(medium({ device: tty.text, local: local.text }), name, reader);
  }
}

/** Port, flow control and baud are filled in when the whole file is read, unless the line says its own. */
function medium(line: Partial<PppMedium> & Pick<PppMedium, "device" | "local">): PppMedium {
  return { kind: "ppp", baud: 0, flow: "rtscts", port: 0, ...line };
}

function checkTty(name: Word, tty: Word, report: Report): boolean {
  if (tty.text.startsWith("/")) return true;
  const reason = `${quote(tty.text)} does not begin with "/"`;
  report.error(tty, `The tty of "${name.text}" must be an absolute path: ${reason}`);
  return false;
}

/** LOCAL:REMOTE, as pppd(8) writes it; the other end may tell its own. */
function readEnds(
  word: Word,
  report: Report,
): { readonly local: string; readonly remote?: string } | undefined {
  const [local = "", remote, spare] = word.text.split(":");
  if (remote === undefined || spare !== undefined) {
    const reason = `${quote(word.text)} is not`;
    report.error(word, `The addresses of "ppp" must be LOCAL:REMOTE: ${reason}`, usage.ppp);
    return undefined;
  }
  for (const address of remote === "" ? [local] : [local, remote]) {
    if (isHostAddress(address)) continue;
    const reason = `${quote(address)} is none`;
    report.error(word, `An end of a PPP link must be the IPv4 address of a host: ${reason}`);
    return undefined;
  }
  if (local === remote) {
    report.error(word, `Both ends of a PPP link have one address: ${quote(local)}`, usage.ppp);
    return undefined;
  }
  return remote === "" ? { local } : { local, remote };
}

/** Neither this network, loopback, multicast nor reserved (RFC 6890). */
function isHostAddress(text: string): boolean {
  const first = Number(text.split(".")[0]);
  return isIPv4(text) && first !== 0 && first !== 127 && first < 224;
}

function checkPrivate(word: Word, report: Report): boolean {
  const [first, second] = word.text.split(".").map(Number);
  const inside =
    first === 10 ||
    (first === 172 && (second ?? 0) >= 16 && (second ?? 0) <= 31) ||
    (first === 192 && second === 168);
  if (isIPv4(word.text) && inside) return true;
  report.error(
    word,
    `An address of "ppp-udp" must be a private one (RFC 1918): ${quote(word.text)} is not`,
    'Of 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16; the directive "ppp" allows others',
  );
  return false;
}
