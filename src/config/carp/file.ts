// A file of `carp` lines for `hb carp --config`: ha.cf's own syntax, and that one directive
// (docs/directives.md).

import { lex } from "../lexer.ts";
import type { Problem } from "../problem.ts";
import { Report, type Word } from "../report.ts";
import { quote } from "../unit.ts";
import { readRouter, routerWords } from "./line.ts";
import type { RouterLine } from "./setting.ts";

export interface CarpFile {
  readonly routers: readonly RouterLine[];
  readonly problems: readonly Problem[];
  /** The lines' first words behind the directive, in order: where later checks point. */
  readonly spots: readonly Word[];
}

/** Reads a whole file. */
export function parseCarpFile(text: string, file: string): CarpFile {
  const report = new Report(file);
  const routers: RouterLine[] = [];
  const spots: Word[] = [];
  for (const { name, words } of lex(text, report)) {
    if (name.text !== "carp") {
      const hint = "Here every line begins with: carp DEVICE VHID ADDRESS[,ADDRESS…]";
      report.error(name, `Unknown directive ${quote(name.text)}`, hint);
      continue;
    }
    if (words[0] !== undefined) spots.push(words[0]);
    addRouter(name, words, routers, report);
  }
  return { routers, problems: report.problems, spots };
}

/** Reads one line into a list in which each interface and vhid may stand once. */
export function addRouter(
  name: Word,
  words: readonly Word[],
  routers: RouterLine[],
  report: Report,
): void {
  const found = routerWords(name, words, report);
  const router = found === undefined ? undefined : readRouter(found, report);
  if (router === undefined) return;
  if (routers.some((other) => other.name === router.name)) {
    const message = `vhid ${router.vhid} on ${router.device} is given twice: it is one virtual router`;
    report.error(words[1] ?? name, message, "Its addresses stand on one line, with commas between");
    return;
  }
  routers.push(router);
}
