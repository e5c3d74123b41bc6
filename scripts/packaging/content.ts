// What is installed where, on Debian and on systems with RPM. The pages, samples and completions are those of
// `hb show`, asked of the same source: a binary of another machine need not run here.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { manuals, manualText } from "../../src/cli/manual.ts";
import { completions } from "../../src/text/completion.ts";
import { samples } from "../../src/text/sample.ts";
import { unitTexts } from "../../src/text/unit.ts";
import { ROOT } from "../testing/child.ts";
import type { Entry } from "./tree.ts";

export type Family = "debian" | "rpm";

const BINARY = "/usr/sbin/hb";
const DOC = "/usr/share/doc/hb";
const MAN = "/usr/share/man";
const BASH = "/usr/share/bash-completion/completions";

/** Programs of Heartbeat that hb is as well, under their names, and the pages that tell of them. */
const oldNames: Readonly<Record<string, string>> = {
  hb_standby: "hb-standby",
  hb_takeover: "hb-takeover",
  hb_addnode: "hb-node",
  hb_delnode: "hb-node",
  ha_propagate: "hb-propagate",
};

export async function contentOf(binary: string, family: Family): Promise<Entry[]> {
  const zsh = family === "debian" ? "vendor-completions" : "site-functions";
  const { bash = "", zsh: zshText = "", fish = "" } = completions;
  const linked = Object.entries(oldNames);
  return [
    { kind: "copy", path: BINARY, of: binary, mode: 0o755 },
    ...linked.map(([name]): Entry => ({ kind: "link", path: `/usr/sbin/${name}`, to: "hb" })),
    // Who comes from Heartbeat has them already, and in them what is the administrator's own. There is no
    // authkeys: a key that everybody knows keeps nobody out.
    { kind: "directory", path: "/etc/ha.d/resource.d" },
    ...Object.entries(unitTexts(BINARY)).map(([name, text]) =>
      plain(`/usr/lib/systemd/system/${name}.service`, text),
    ),
    ...(await pages()),
    ...linked.map(([name, page]): Entry => {
      return { kind: "link", path: `${MAN}/man8/${name}.8.gz`, to: `${page}.8.gz` };
    }),
    plain(`${BASH}/hb`, bash),
    ...linked.map(([name]): Entry => ({ kind: "link", path: `${BASH}/${name}`, to: "hb" })),
    plain(`/usr/share/zsh/${zsh}/_hb`, zshText),
    plain("/usr/share/fish/vendor_completions.d/hb.fish", fish),
    ...Object.entries(samples).map(([name, text]) => plain(`${DOC}/examples/${name}`, text)),
    ...guides().map((name) => plain(join(DOC, name), source(join("docs", name)))),
    plain(`${DOC}/README.md`, source("README.md").replaceAll("](docs/", "](")),
    configuration("/etc/needrestart/conf.d/hb.conf", source("scripts/packaging/needrestart.conf")),
    plain(`${DOC}/copyright`, copyright()),
    ...(family === "debian" ? debianOnly() : []),
  ];
}

/** As gzip -n -9 packs it: without a name, without a time. */
export function gzip(text: string): Uint8Array {
  return Bun.gzipSync(new TextEncoder().encode(text), { level: 9 });
}

export function source(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** The license of hb, and whose work the binary contains besides. */
export function copyright(): string {
  return source("scripts/packaging/copyright").replace("@LICENSE@", indented(source("LICENSE")));
}

function debianOnly(): Entry[] {
  return [
    plain("/usr/share/lintian/overrides/hb", source("scripts/packaging/debian/lintian-overrides")),
  ];
}

/** All of docs/, as they name each other; samples and manual pages have places of their own. */
function guides(): string[] {
  const all = readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" });
  return all.filter((name) => name.endsWith(".md") && !name.startsWith("man/")).toSorted();
}

async function pages(): Promise<Entry[]> {
  return Promise.all(
    manuals.map(async ({ name, section }): Promise<Entry> => {
      const bytes = gzip((await manualText(name)) ?? "");
      const path = `${MAN}/man${section}/${name}.${section}.gz`;
      return { kind: "file", path, bytes, mode: 0o644 };
    }),
  );
}

function plain(path: string, bytes: string): Entry {
  return { kind: "file", path, bytes, mode: 0o644 };
}

function configuration(path: string, bytes: string): Entry {
  return { kind: "file", path, bytes, mode: 0o644, configuration: true };
}

/** A paragraph of a Debian copyright file. */
function indented(text: string): string {
  const lines = text.trim().split("\n");
  return lines.map((line) => (line === "" ? " ." : ` ${line}`)).join("\n");
}
