// Which rows of which pages stories must tell (row.ts says what they are called), and which of them
// are no story because something else proves them.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  listRows,
  namedRows,
  numberedRows,
  paragraphRows,
  type Row,
  subsectionRows,
  tableRows,
} from "./row.ts";

const docs = join(import.meta.dir, "../../docs");
const resources = readFileSync(join(docs, "protocol/heartbeat-resources.md"), "utf8");
const carp = readFileSync(join(docs, "protocol/carp.md"), "utf8");
const design = readFileSync(join(docs, "design.md"), "utf8");
const groups = "Groups among hb nodes";

export const rows: readonly Row[] = [
  ...numberedRows(resources, "4 Events", "resources 4"),
  ...subsectionRows(resources, "5", "resources 5"),
  ...tableRows(resources, "6 Legacy mode (auto_failback legacy or absent)", "resources 6"),
  ...tableRows(resources, "10 Failures", "resources 10"),
  { name: "resources 11", says: "more than two nodes" },
  ...namedRows(design, groups, "rule", "design"),
  ...paragraphRows(design, groups, "design"),
  ...listRows(design, groups, "**Partition.**", "design partition"),
  ...tableRows(design, "Groups beside a Heartbeat 3 node", "design beside"),
  ...tableRows(design, "CARP", "design carp"),
  ...paragraphRows(design, "CARP", "design carp"),
  ...tableRows(carp, "7. State machine", "carp 7"),
  ...tableRows(carp, "8. Demotion", "carp 8"),
  ...tableRows(carp, "10. Link state, signals, exit", "carp 10"),
]
  // The rules are rows of their own, and "partition" is one of them as well as a paragraph.
  .filter(({ name }, n, all) => all.findIndex((row) => row.name === name) === n)
  .filter(({ name }) => name !== "design rules");

/** What the judge of virtual routers goes by. */
const laws = rows.filter(({ name }) => /^design carp (1[7-9]|2[0-7])$/.test(name));

/** Rows that are no story of the core: which test proves them, by its file and a part of its name. */
export const elsewhere: Readonly<Record<string, readonly [file: string, test: string]>> = {
  "design carp 9": ["core/carp/router.test.ts", "judges a tie in IPv4 alone"],
  "design carp 16": ["core/carp/router.test.ts", "joined by commas"],
  "design carp on the host": ["pulse/carp/adverts.test.ts", "give good packets to the core"],
  "design carp laws": ["sim/carp/kind.test.ts", "breaks no law of virtual routers"],
  ...Object.fromEntries(
    laws.map(({ name }) => [name, ["sim/mutation/carp.test.ts", "Judge finds that law %s is"]]),
  ),
  "carp 10.3": ["lab/carp/interface.test.ts", "its interface is set down, and made anew"],
  "carp 10.4": ["lab/carp/interface.test.ts", "its interface is set down, and made anew"],
  "carp 10.5": ["lab/carp/ucarp-options.test.ts", "when they cannot start on an interface"],
  "carp 10.6": ["lab/carp/interface.test.ts", "its interface is set down, and made anew"],
  "carp 10.8": ["lab/carp/ucarp-daemon.test.ts", "write the same to syslog"],
};

/** Rows whose story is still owed: what nodes say in Heartbeat 3's language alone. */
export const owed: readonly string[] = [
  "resources 4.2b",
  "resources 4.2c",
  "resources 4.2d",
  "resources 4.3",
  "resources 4.3b",
  "resources 4.3c",
  "resources 4.3d",
  "resources 4.5b",
  "resources 4.8",
  "resources 5.3",
  "resources 5.3.9",
  "resources 5.3.11",
  "resources 5.3.12",
  "resources 6.3",
  "resources 6.4",
];
