// `hb show`: what is embedded in the binary, on stdout.

import { nearest } from "../config/nearest.ts";
import { completions } from "../text/completion.ts";
import { samples } from "../text/sample.ts";
import { unitTexts } from "../text/unit.ts";
import { command } from "./command.ts";
import { thisBinary } from "./edition.ts";
import { type ExitCode, exit } from "./exit.ts";
import { manuals, manualText } from "./manual.ts";
import { misuse } from "./misuse.ts";
import { print } from "./output.ts";

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
  unit: { title: "unit", standard: "hb", ...among(unitTexts(thisBinary())) },
  man: {
    title: "manual page",
    names: manuals.map(({ name }) => name),
    standard: "hb",
    text: manualText,
  },
  completion: { title: "shell", ...among(completions) },
  sample: { title: "sample", ...among(samples) },
};
const kinds = Object.keys(exhibits);

export const show = command({
  name: "show",
  summary: "Prints the manual, the unit, samples and shell completions",
  examples: [
    "hb show man ha.cf | man -l -",
    "hb show sample ha.cf > /etc/ha.d/ha.cf",
    "hb show completion bash > /etc/bash_completion.d/hb",
    "hb show unit > /etc/systemd/system/hb.service",
    "hb show unit hb-release > /etc/systemd/system/hb-release.service",
  ],
  operands: {
    name: `${kinds.join("|")} NAME`,
    description: "What to print; of pages, units, shells and samples, which",
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
    // A key that everybody knows keeps nobody out.
    if (text === undefined && kind === "sample" && name === "authkeys") {
      return wrong(calledAs, `Unknown sample "authkeys": "hb keygen" makes one`);
    }
    if (text === undefined) return wrong(calledAs, `Unknown ${title} "${name}"`, name, names);
    print(text);
    return exit.done;
  },
});

function among(texts: Readonly<Record<string, string>>): Pick<Exhibit, "names" | "text"> {
  return {
    names: Object.keys(texts),
    text: (name) => (Object.hasOwn(texts, name) ? texts[name] : undefined),
  };
}

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
  return misuse(calledAs, `${reason}${meant === undefined ? all : `: did you mean "${meant}"?`}`);
}
