// `hb complete`: what a shell's completion asks (text/completion.ts). Not for users. The first line of its
// answer is ":files" or ":directories" where a path may stand, ":open" where no blank should follow, or ":".

import { catalogue } from "./catalogue.ts";
import { command } from "./command.ts";
import { candidates } from "./completion/candidate.ts";
import type { Offers } from "./completion/hint.ts";
import { namesFor } from "./completion/known.ts";
import { exit } from "./exit.ts";
import { oldName } from "./names.ts";
import { print } from "./output.ts";

export const complete = command({
  name: "complete",
  summary: "Prints what may be typed next; called by the shell's completion",
  examples: ["hb complete -- hb sta"],
  hidden: true,
  operands: {
    name: "WORD",
    description: "The command line up to the cursor; the last word is being typed",
    min: 1,
  },
  async run({ operands }) {
    const { words, path } = await offersFor(operands);
    const open = words.length > 0 && words.every((offer) => offer.open);
    const lines = words.map(({ word, about = "" }) => `${word}\t${about}`);
    // A path beside words that match would hide them: the shell completes one or the other.
    const how = words.length === 0 && path !== undefined ? path : open ? "open" : "";
    print([`:${how}`, ...lines].join("\n"));
    return exit.done;
  },
});

async function offersFor([program = "hb", ...typed]: readonly string[]): Promise<Offers> {
  const argv = [...(oldName(program) ?? []), ...typed];
  const [name = "", ...rest] = argv;
  const listed = catalogue.filter((entry) => !entry.hidden);
  if (rest.length === 0 || (name === "help" && rest.length === 1)) {
    const word = rest[0] ?? name;
    const flags = ["--help", "--version"].map((flag) => ({ word: flag, open: false }));
    if (word.startsWith("-")) return { words: flags.filter((each) => each.word.startsWith(word)) };
    const commands = listed.map((entry) => ({
      word: entry.name,
      open: false,
      about: entry.summary,
    }));
    return { words: commands.filter((offer) => offer.word.startsWith(word)) };
  }
  const entry = catalogue.find((each) => each.name === name);
  if (entry === undefined) return { words: [] };
  const { described } = await entry.load();
  return await candidates(described, rest, namesFor(rest));
}
