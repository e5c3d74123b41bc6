// The packages of this tree, made for a lab as `npm run package` makes them, and the same once more as later ones. Not
// compressed: that takes longer than everything else.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { version } from "../../../package.json";
import { rpmName, rpmPackage } from "../../../scripts/packaging/rpm.ts";
import type { Lab } from "../lab.ts";
import { must } from "../shell.ts";

const ROOT = join(import.meta.dir, "../../..");
export const NEXT = `${version}+next`;

/** Where they are. */
export interface Packages {
  readonly deb: string;
  readonly rpm: string;
  /** The binary alone. */
  readonly binary: string;
}

export async function packaged(lab: Lab): Promise<Packages> {
  const out = join(lab.dir, "package");
  const words = ["--only", "x64", "--compression", "none", "--out", out];
  await must(["bash", join(ROOT, "scripts/package"), ...words]);
  return {
    deb: join(out, `hb_${version}_amd64.deb`),
    rpm: join(out, `hb-${version}-1.x86_64.rpm`),
    binary: join(out, `hb-${version}-linux-x64`),
  };
}

/** The Debian package as that of a later version. */
export async function laterDeb(lab: Lab, { deb }: Packages): Promise<string> {
  const next = join(lab.dir, "next.deb");
  const tree = join(lab.dir, "tree");
  await must(["dpkg-deb", "--raw-extract", deb, tree]);
  await must(["sed", "-i", `s/^Version: .*/Version: ${NEXT}/`, join(tree, "DEBIAN/control")]);
  await must(["dpkg-deb", "--root-owner-group", "-Znone", "--build", tree, next]);
  return next;
}

/** The RPM package as the second release of this version. */
export async function laterRpm(lab: Lab, { binary }: Packages): Promise<string> {
  const [out, room] = [join(lab.dir, "next"), join(lab.dir, "room")];
  mkdirSync(out);
  mkdirSync(room);
  const architecture = "x86_64";
  await rpmPackage({ binary, out, room, architecture, compression: "none", release: 2 });
  return join(out, rpmName(architecture, 2));
}
