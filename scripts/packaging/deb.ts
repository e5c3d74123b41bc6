// The Debian package. dpkg-deb makes the archive: names sorted, everything root's, no moment after
// SOURCE_DATE_EPOCH.

import { createHash } from "node:crypto";
import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { carryOut } from "./command.ts";
import { contentOf, gzip, source } from "./content.ts";
import {
  type Compression,
  date,
  details,
  epochS,
  maintainer,
  summary,
  version,
  XZ_LEVEL,
} from "./release.ts";
import { type Entry, layOut } from "./tree.ts";

const scripts = ["preinst", "postinst", "prerm", "postrm"];

/** The oldest C library that has all that the runtime asks of it (readelf --version-info). */
const LIBC = "2.17";

/** How something is made of a binary. */
export interface PackOptions {
  readonly binary: string;
  /** Where the package goes. */
  readonly out: string;
  /** A directory for what is needed on the way. */
  readonly room: string;
  readonly compression: Compression;
}

export interface PackageOptions extends PackOptions {
  readonly architecture: string;
}

export function debianName(architecture: string): string {
  return `hb_${version}_${architecture}.deb`;
}

export async function debianPackage(options: PackageOptions): Promise<void> {
  const { architecture, out, room, compression } = options;
  const content = await contentOf(options.binary, "debian");
  const bytes = gzip(changelog());
  content.push({ kind: "file", path: "/usr/share/doc/hb/changelog.gz", bytes, mode: 0o644 });
  const root = join(room, "tree");
  layOut(root, content, epochS());
  const control = { control: fields(architecture, sizeKiB(root, content)) };
  const sums = { md5sums: md5sums(root, content) };
  layOut(root, [...content, ...controlFiles({ ...control, ...sums }, content)], epochS());
  const how = compression === "none" ? ["-Znone"] : ["-Zxz", `-z${XZ_LEVEL}`];
  const target = join(out, debianName(architecture));
  await carryOut(["dpkg-deb", "--root-owner-group", ...how, "--build", root, target], {
    SOURCE_DATE_EPOCH: `${epochS()}`,
  });
}

function controlFiles(texts: Readonly<Record<string, string>>, content: readonly Entry[]): Entry[] {
  const configuration = content.filter((entry) => "configuration" in entry);
  const conffiles = configuration.map(({ path }) => `${path}\n`).join("");
  const files = Object.entries({ ...texts, conffiles }).map(([name, bytes]): Entry => {
    return { kind: "file", path: `/DEBIAN/${name}`, bytes, mode: 0o644 };
  });
  const programs = scripts.map((name): Entry => {
    const bytes = source(`scripts/packaging/debian/${name}`);
    return { kind: "file", path: `/DEBIAN/${name}`, bytes, mode: 0o755 };
  });
  return [...files, ...programs];
}

function fields(architecture: string, kiB: number): string {
  return `Package: hb
Version: ${version}
Architecture: ${architecture}
Maintainer: ${maintainer}
Installed-Size: ${kiB}
Depends: libc6 (>= ${LIBC})
Suggests: openssh-client, ppp, resource-agents
Section: admin
Priority: optional
Description: ${summary}
${details.map((line) => ` ${line}\n`).join("")}`;
}

function changelog(): string {
  const day = new Date(`${date}T00:00:00Z`).toUTCString().replace("GMT", "+0000");
  return `hb (${version}) unstable; urgency=medium\n\n  * Release ${version}.\n\n -- ${maintainer}  ${day}\n`;
}

/** As dpkg counts it: whole KiB for each file, one for everything else. */
function sizeKiB(root: string, content: readonly Entry[]): number {
  return content.reduce((sum, { path }) => {
    const place = lstatSync(join(root, path));
    return sum + (place.isFile() ? Math.ceil(place.size / 1024) : 1);
  }, 0);
}

function md5sums(root: string, content: readonly Entry[]): string {
  const files = content.filter((entry) => entry.kind === "file" || entry.kind === "copy");
  const lines = files.map(({ path }) => {
    const sum = createHash("md5").update(readFileSync(join(root, path)));
    return `${sum.digest("hex")}  ${path.slice(1)}\n`;
  });
  return lines.toSorted((a, b) => (a.slice(34) < b.slice(34) ? -1 : 1)).join("");
}
