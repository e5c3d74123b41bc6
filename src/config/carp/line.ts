// One virtual router as a whole: interface, vhid, addresses and settings, and what they mean together
// (carp.md 6 and 11). A `carp` line of ha.cf or of a file for `hb carp`, or the options of `hb carp`.

import { isDeviceName } from "../directive/medium.ts";
import { splitCommas } from "../lexer.ts";
import { nearest } from "../nearest.ts";
import type { Report, Word } from "../report.ts";
import { type RouterAddress, routerName } from "../router.ts";
import { quote, readInteger } from "../unit.ts";
import { readRouterAddress } from "./routeraddress.ts";
import { type RouterDraft, type RouterLine, settingName, settings } from "./setting.ts";
import { routerDefaults } from "./standard.ts";

/** The words of a router before anybody understood them. */
export interface RouterWords {
  /** Where to point at when something is missing. */
  readonly name: Word;
  readonly device: Word;
  readonly vhid: Word;
  readonly addresses: readonly Word[];
  readonly settings: readonly { readonly name: string; readonly value: Word }[];
}

const usage = "Write: carp DEVICE VHID ADDRESS[,ADDRESS…] [advskew=N] [passfile=PATH] …";

/** The words of a `carp` line; undefined after saying what is wrong with them. */
export function routerWords(
  name: Word,
  words: readonly Word[],
  report: Report,
): RouterWords | undefined {
  const [device, vhid, addresses, ...rest] = words;
  if (device === undefined || vhid === undefined || addresses === undefined) {
    const missing = ["device", "vhid", "address"].slice(words.length).join(", ");
    report.error(words.at(-1) ?? name, `"carp" misses its ${missing}`, usage);
    return undefined;
  }
  const found: { name: string; value: Word }[] = [];
  for (const word of rest) {
    const setting = settingOf(word, report);
    if (setting !== undefined) found.push(setting);
  }
  return { name, device, vhid, addresses: splitCommas(addresses), settings: found };
}

function settingOf(word: Word, report: Report): RouterWords["settings"][number] | undefined {
  const equals = word.text.indexOf("=");
  const written = equals === -1 ? word.text : word.text.slice(0, equals);
  const name = settingName(written);
  if (name === undefined) {
    const meant = nearest(written, settings.keys());
    const hint = meant === undefined ? usage : `Did you mean "${meant}"?`;
    report.error(word, `Unknown setting ${quote(written)}`, hint);
    return undefined;
  }
  const wants = settings.get(name)?.value;
  const text = equals === -1 ? "" : word.text.slice(equals + 1);
  if (text !== "") return { name, value: { ...word, text, column: word.column + equals + 1 } };
  if (equals === -1 && wants === undefined) return { name, value: { ...word, text: "on" } };
  report.error(word, `"${name}" misses its value`, `Write: ${name}=${wants ?? "on"}`);
  return undefined;
}

/** Understands a router; undefined when something that it cannot do without is wrong. */
export function readRouter(words: RouterWords, report: Report): RouterLine | undefined {
  const device = readDevice(words.device, report);
  const vhid = readInteger(words.vhid.text, 1, 255);
  if (!vhid.ok) report.error(words.vhid, `The vhid must be ${vhid.want}: ${vhid.reason}`);
  const addresses = readAddresses(words, device ?? words.device.text, report);
  const draft: RouterDraft = {};
  const spots = new Map<string, Word>();
  for (const { name, value } of words.settings) {
    const repeats = name === "peer" || name === "track";
    if (spots.has(name) && !repeats) report.error(value, `"${name}" is given twice`);
    else settings.get(name)?.set(value, draft, report);
    spots.set(name, value);
  }
  if (device === undefined || !vhid.ok || addresses.length === 0) return undefined;

  const byScript = draft.upScript !== undefined || draft.downScript !== undefined;
  const bsd = draft.dialect === "bsd" || draft.vmac === true;
  const line: RouterLine = {
    ...routerDefaults,
    sourceMac: bsd ? "bsd" : "ucarp",
    holdsAddresses: !byScript,
    ...draft,
    name: routerName(device, vhid.value),
    device,
    vhid: vhid.value,
    addresses,
  };
  checkTogether(line, (name) => spots.get(name) ?? words.name, spots, report);
  return line;
}

function readDevice(word: Word, report: Report): string | undefined {
  if (isDeviceName(word.text)) return word.text;
  const reason = `${quote(word.text)} is none`;
  const hint = 'At most 15 characters without "/"; "ip link" lists them';
  report.error(word, `A virtual router needs a network interface: ${reason}`, hint);
  return undefined;
}

function readAddresses(words: RouterWords, device: string, report: Report): RouterAddress[] {
  const addresses: RouterAddress[] = [];
  for (const word of words.addresses) {
    const address = readRouterAddress(word, device, report);
    if (address === undefined) continue;
    const twice = addresses.some((other) => other.address === address.address);
    if (twice) report.error(word, `Address ${address.address} is given twice`);
    else addresses.push(address);
  }
  if (words.addresses.length === 0) report.error(words.name, "A virtual router needs an address");
  return addresses;
}

function checkTogether(
  line: RouterLine,
  spot: (setting: string) => Word,
  given: ReadonlyMap<string, Word>,
  report: Report,
): void {
  const { advbase, advskew, dialect, vmac, peers, addresses, broadcast } = line;
  if (advbase === 0 && advskew === 0) {
    const hint = "advskew 26 is an advert every 102 ms, dead after 305 ms";
    report.error(spot("advbase"), 'With "advbase" 0 there must be an "advskew"', hint);
  }
  if (dialect === "bsd" && advskew === 255) {
    report.error(spot("advskew"), 'In the dialect "bsd" the greatest "advskew" is 254');
  }
  if (given.has("deadratio") && advbase === 0) {
    const message = '"deadratio" has no effect with "advbase" 0: dead after 3 times advskew/256 s';
    report.warning(spot("deadratio"), message);
  }
  if (peers.length > 0) {
    for (const name of ["nomcast", "mcastip"] as const) {
      const asked = name === "nomcast" ? broadcast : given.has(name);
      if (asked) report.error(spot(name), `"${name}" and "peer" do not go together`);
    }
    for (const family of [4, 6] as const) {
      const speaks = addresses.some((address) => address.family === family);
      const heard = peers.some((peer) => peer.includes(":") === (family === 6));
      const message = `There is no IPv${family} peer for the IPv${family} addresses`;
      if (speaks && !heard) report.error(spot("peer"), message, "Add one, or leave out all peers");
    }
  }
  if (addresses.some(({ address }) => address === line.source)) {
    const hint = "The source is this host's own; a backup takes shared addresses off";
    report.error(
      spot("source"),
      `"source" and a shared address are the same: ${line.source}`,
      hint,
    );
  }
  if (vmac && !line.holdsAddresses) {
    report.error(spot("vmac"), '"vmac" and scripts do not go together: hb must hold the addresses');
  }
  if (vmac && addresses.some((address) => address.label !== undefined)) {
    report.error(spot("vmac"), '"vmac" and labels do not go together: they are for the interface');
  }
  if (line.holdsAddresses && given.has("xparam")) {
    report.warning(spot("xparam"), '"xparam" has no effect without a script');
  }
  if (line.track.some((each) => each.kind === "interface" && each.device === line.device)) {
    const hint = `Write "ignoreifstate" if a lost carrier shall change nothing`;
    report.warning(spot("track"), `${line.device} is watched anyway: "track" adds nothing`, hint);
  }
}
