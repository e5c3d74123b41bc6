// The RPM package. rpmbuild finds out what the binary needs of a host; nothing in the tree is changed by it, and
// neither the host nor the moment stands in the package.

import { copyFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { carryOut } from "./command.ts";
import { contentOf, source } from "./content.ts";
import type { PackageOptions } from "./deb.ts";
import { details, epochS, license, summary, version, XZ_LEVEL } from "./release.ts";
import { type Entry, layOut } from "./tree.ts";

/** Below these no other package need bring directories along: they are hb's as well, and go with the last owner. */
const OWN = [
  "/etc/ha.d",
  "/etc/needrestart",
  "/usr/share/bash-completion",
  "/usr/share/doc/hb",
  "/usr/share/fish",
  "/usr/share/zsh",
];

export interface RpmOptions extends PackageOptions {
  /** Counts packages of one version. */
  readonly release?: number;
}

export function rpmName(architecture: string, release = 1): string {
  return `hb-${version}-${release}.${architecture}.rpm`;
}

export async function rpmPackage(options: RpmOptions): Promise<void> {
  const { architecture, out, room, compression, release = 1 } = options;
  const content = await contentOf(options.binary, "rpm");
  const root = join(room, "tree");
  layOut(root, content, epochS());
  const spec = join(room, "hb.spec");
  writeFileSync(spec, specOf(content, release));
  const name = rpmName(architecture, release);
  const macros = {
    _topdir: join(room, "rpm"),
    _rpmdir: join(room, "rpm"),
    _build_name_fmt: name,
    _buildhost: "reproducible",
    use_source_date_epoch_as_buildtime: "1",
    clamp_mtime_to_source_date_epoch: "1",
    _binary_payload: compression === "none" ? "w.ufdio" : `w${XZ_LEVEL}.xzdio`,
    // The program stands behind the runtime at the end of the file: strip would cut it off.
    __os_install_post: "%{nil}",
    debug_package: "%{nil}",
    _build_id_links: "none",
    hb_tree: root,
  };
  const defined = Object.entries(macros).flatMap(([key, value]) => ["--define", `${key} ${value}`]);
  const command = ["rpmbuild", "-bb", "--nodeps", "--target", `${architecture}-linux`];
  const environment = { SOURCE_DATE_EPOCH: `${epochS()}` };
  await carryOut([...command, ...defined, spec], environment);
  copyFileSync(join(room, "rpm", name), join(out, name));
}

function ownDirectories(content: readonly Entry[]): string[] {
  const all = content.map(({ kind, path }) => (kind === "directory" ? path : dirname(path)));
  const own = all.filter((path) => OWN.some((top) => `${path}/`.startsWith(`${top}/`)));
  return [...new Set([...OWN, ...own])].toSorted();
}

/** What the administrator changed stays as it is; where the package's is new, that lies beside it (.rpmnew). */
function lineOf(entry: Entry): string {
  return "configuration" in entry ? `%config(noreplace) ${entry.path}` : entry.path;
}

function specOf(content: readonly Entry[], release: number): string {
  const files = content.filter(({ kind }) => kind !== "directory").map(lineOf);
  return `Name: hb
Version: ${version}
Release: ${release}
Summary: ${summary}
License: ${license}
Suggests: openssh-clients
%description
${details.join("\n")}

%install
cp -a %{hb_tree}/. %{buildroot}/

${source("scripts/packaging/rpm/scriptlets")}
%files
%defattr(-,root,root)
${[...ownDirectories(content).map((path) => `%dir ${path}`), ...files].join("\n")}
`;
}
