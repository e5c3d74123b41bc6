// Devices that seem to protect and cannot: a parameter is missing, nobody whom they reset is in the cluster, the
// line is for nobody, a survivor has none. Heartbeat 3.0.6 refuses the first for its own node and says nothing of
// the others.

import type { View } from "./checkhacf.ts";
import { aimOf, deviceOf, type FencingFacts, wordsOf, wordsOfFile } from "./fencing.ts";
import type { Stonith } from "./haconf.ts";
import { restFrom, split } from "./lexer.ts";
import { nearest } from "./nearest.ts";
import type { Report, Word } from "./report.ts";
import { quote } from "./unit.ts";

/** A device and where it stands. */
interface Placed extends Stonith {
  readonly word: Word;
}

/** A device that cannot work must not seem to protect anything. */
export function checkFencing(view: View, self: string, host?: FencingFacts): void {
  const { conf, report } = view;
  if (conf.stonith.length === 0) return;
  const facts = host && asking(host);
  const stonith = placed(view);
  const nodes = conf.nodes.includes(self) ? conf.nodes : [...conf.nodes, self];
  const isClosed = conf.autojoin === "none" && conf.nodes.length > 0;
  if (isClosed) {
    checkHosts(stonith, nodes, report);
    checkCover(stonith, nodes, report);
  }
  const own = deviceOf({ stonith }, self);
  if (own !== undefined) checkOwn(own, report, facts);
  const others = nodes.filter((node) => node !== self);
  if (own !== undefined) checkTold(own, { others, isOwn: true, isClosed, facts }, report);
  for (const node of others) {
    const device = deviceOf({ stonith }, node);
    // A line for all is this node's own, and a file lies on the node that reads it.
    if (device?.host !== node) continue;
    const rest = nodes.filter((each) => each !== node);
    checkTold(device, { others: rest, isOwn: false, isClosed, facts }, report);
  }
}

/** Each plugin is asked once: to ask takes a program. */
function asking(facts: FencingFacts): FencingFacts {
  const known = new Map<string, readonly string[] | undefined>();
  const names = (type: string) => {
    if (!known.has(type)) known.set(type, facts.names(type));
    return known.get(type);
  };
  return { ...facts, names };
}

interface Asked {
  readonly others: readonly string[];
  readonly isOwn: boolean;
  readonly isClosed: boolean;
  readonly facts: FencingFacts | undefined;
}

/** What a device is told, beside what its plugin wants. */
function checkTold(device: Placed, asked: Asked, report: Report): void {
  const { others, isOwn, isClosed, facts } = asked;
  const given = told(device, facts);
  const names = facts?.names(device.type);
  if (given === undefined || names === undefined) return;
  const isWhole = checkCount(device, { names, given, isOwn }, report);
  if (isWhole && isClosed) checkAim(device, { names, given, others }, report);
}

/** The lines of a file in their order; one that is not whole is told where it is read. */
function placed({ conf, spots }: View): Placed[] {
  const whole = (directive: string, least: number) =>
    spots(directive).filter((word) => split(restFrom(word), word).length >= least);
  const words = [...whole("stonith", 1), ...whole("stonith_host", 2)];
  words.sort((a, b) => a.line - b.line);
  return conf.stonith.flatMap((line, index) => {
    const word = words[index];
    return word === undefined ? [] : [{ ...line, word }];
  });
}

function checkHosts(lines: readonly Placed[], nodes: readonly string[], report: Report): void {
  for (const { host, word } of lines) {
    if (host === undefined || host === "*" || nodes.includes(host)) continue;
    const meant = nearest(host, nodes);
    report.warning(
      word,
      `This device is nobody's: ha.cf names no node ${quote(word.text)}`,
      meant === undefined
        ? `The node that uses the device stands here: ${nodes.join(", ")}, or * for all`
        : `Did you mean "${meant}"?`,
    );
  }
}

/** Among those that are left one must have a device, or nobody is reset (heartbeat-resources 9, "no device"). */
function checkCover(lines: readonly Placed[], nodes: readonly string[], report: Report): void {
  const bare = nodes.filter((node) => deviceOf({ stonith: lines }, node) === undefined);
  if (bare.length === 0 || bare.length === nodes.length) return;
  const [first = ""] = bare;
  const who = bare.map(quote).join(" and ");
  report.warning(
    lines.at(-1)?.word,
    bare.length === 1
      ? `${who} has no fencing device: left alone, it takes over without resetting anybody`
      : `${who} have no fencing device: left alone, they take over without resetting anybody`,
    `Write for each: stonith_host ${first} TYPE PARAMETER…`,
  );
}

function checkOwn({ type, host, parameters, word }: Placed, report: Report, facts?: FencingFacts) {
  const names = facts?.names(type);
  if (parameters === "" && (host === undefined || names === undefined)) {
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
  const file = host === undefined ? facts.read(parameters) : undefined;
  if (file === undefined || !("trouble" in file)) return;
  const message = `Cannot read the parameters of the stonith device: ${parameters}: ${file.trouble}`;
  report.error(word, message, `What belongs in it: stonith -t ${type} -n`);
}

/** What a device is told; undefined: that is not known here. */
function told({ host, parameters }: Placed, facts?: FencingFacts): readonly string[] | undefined {
  if (host !== undefined) return wordsOf(parameters);
  const file = parameters === "" ? undefined : facts?.read(parameters);
  return file !== undefined && "text" in file ? wordsOfFile(file.text) : undefined;
}

interface Telling {
  readonly names: readonly string[];
  readonly given: readonly string[];
}

/** 3.0.6 does not start with such a device of its own, and takes any of another node. */
function checkCount(
  { type, host = "", word }: Placed,
  { names, given, isOwn }: Telling & { readonly isOwn: boolean },
  report: Report,
): boolean {
  const missing = names.slice(given.length).map(quote);
  if (missing.length === 0) return true;
  const what = missing.length === 1 ? "its parameter" : "its parameters";
  const message = `The stonith device ${quote(type)} misses ${what} ${missing.join(", ")}`;
  const hint = `It wants, in this order: ${names.join(" ")}`;
  if (isOwn) report.error(word, message, hint);
  else report.warning(word, `${message}: ${quote(host)} will not start`, hint);
  return false;
}

/** Values are not shown: where their order is wrong, a password stands in the place of a name. */
function checkAim(
  { type, word }: Placed,
  { names, given, others }: Telling & { readonly others: readonly string[] },
  report: Report,
): void {
  const aim = type === "suicide" ? [] : aimOf(names, given);
  if (aim === undefined || others.length === 0) return;
  if (others.some((node) => aim.includes(node))) return;
  const reason = type === "suicide" ? "it ends its own host" : "it names none of them";
  report.warning(
    word,
    `The stonith device ${quote(type)} can reset none of the other nodes: ${reason}`,
    type === "suicide"
      ? '"stonith -L" lists devices, of which some reset others'
      : `Name them as ha.cf does: ${others.join(", ")}`,
  );
}
