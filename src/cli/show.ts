// `hb show`: what is embedded in the binary, on stdout.

import { nearest } from "../config/nearest.ts";
import { unitText } from "../text/unit.ts";
import { command } from "./command.ts";
import { type ExitCode, exit } from "./exit.ts";
import { manuals, manualText } from "./manual.ts";
import { print, say } from "./output.ts";
import { thisBinary } from "./release.ts";

/** Something that can be shown. */
interface Exhibit {
  /** What one of them is called. */
  readonly title: string;
  /** The words that may follow; absent when none does. */
  readonly names?: readonly string[];
  /** The one that is meant when none is named. */
  readonly standard?: string;
  text(name: string): string | undefined | Promise<string | undefined>;
}

const exhibits: Readonly<Record<string, Exhibit>> = {
  unit: { title: "unit", text: () => unitText(thisBinary()) },
  man: {
    title: "manual page",
    names: manuals.map(({ name }) => name),
    standard: "hb",
    text: manualText,
  },
};
const kinds = Object.keys(exhibits);

export const show = command({
  name: "show",
  summary: "Prints the unit or a manual page that is embedded",
  examples: ["hb show man ha.cf | man -l -", "hb show unit > /etc/systemd/system/hb.service"],
  operands: {
    name: `${kinds.join("|")} NAME`,
    description: "What to print; of manual pages, which",
    min: 1,
    max: 2,
    offers: ([kind = ""]) => exhibitOf(kind)?.names ?? [],
  },
  async run({ operands: [kind = "", given], calledAs }) {
    const exhibit = exhibitOf(kind);
    if (exhibit === undefined) return wrong(calledAs, `Unknown word "${kind}"`, kind, kinds);
    const { title, names = [], standard } = exhibit;
    if (given !== undefined && names.length === 0) {
      return wrong(calledAs, `Spare argument "${given}"`);
    }
    const name = given ?? standard ?? "";
    if (name === "" && names.length > 0) {
      return wrong(calledAs, `"${kind}" needs a name: ${names.join(", ")} are known`);
    }
    const text = await exhibit.text(name);
    if (text === undefined) return wrong(calledAs, `Unknown ${title} "${name}"`, name, names);
    print(text);
    return exit.done;
  },
});

function exhibitOf(kind: string): Exhibit | undefined {
  return Object.hasOwn(exhibits, kind) ? exhibits[kind] : undefined;
}

/** With `known`, names what was meant or all that there is. */
function wrong(
  calledAs: string,
  reason: string,
  word = "",
  known: readonly string[] = [],
): ExitCode {
  const meant = nearest(word, known);
  const all = known.length === 0 ? "" : `: ${known.join(", ")} are known`;
  say(`${calledAs}: ${reason}${meant === undefined ? all : `: did you mean "${meant}"?`}`);
  say(`Try "${calledAs} --help"`);
  return exit.usage;
}
