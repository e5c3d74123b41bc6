// Loaded before everything else of a process that plays a broken core: replaces the piece of src that the
// mutation of HB_MUTATION names.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { plugin } from "bun";
import { mutations } from "./mutation.ts";

const mutation = mutations.find(({ name }) => name === process.env.HB_MUTATION);
if (mutation === undefined) throw new Error(`no mutation "${process.env.HB_MUTATION}"`);
const { file, find, replace } = mutation;
const path = join(import.meta.dir, "../../../src", file);
const source = readFileSync(path, "utf8");
if (source.split(find).length !== 2) throw new Error(`not exactly once in ${file}: ${find}`);

plugin({
  name: "mutation",
  setup: (build) => {
    build.onLoad({ filter: new RegExp(`${file.replaceAll(".", "\\.")}$`) }, () => ({
      contents: source.replace(find, () => replace),
      loader: "ts",
    }));
  },
});
