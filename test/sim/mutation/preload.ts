// Loaded before everything else of a process that plays a broken program: replaces the piece of src that
// HB_MUTATION names. What is to be replaced must be there, or the process fails.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { plugin } from "bun";

const { file, find, replace } = JSON.parse(process.env.HB_MUTATION ?? "{}");
const source = readFileSync(join(import.meta.dir, "../../../src", file), "utf8");
if (source.split(find).length !== 2) throw new Error(`not exactly once in ${file}: ${find}`);

plugin({
  name: "mutation",
  setup: (build) => {
    build.onLoad({ filter: new RegExp(`/src/${file.replaceAll(".", "\\.")}$`) }, () => ({
      contents: source.replace(find, () => replace),
      loader: "ts",
    }));
  },
});
