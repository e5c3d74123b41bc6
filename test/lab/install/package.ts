// The Debian package of this tree, made for a lab as `npm run package` makes it.

import { join } from "node:path";
import { version } from "../../../package.json";
import type { Lab } from "../lab.ts";
import { must } from "../shell.ts";

const ROOT = join(import.meta.dir, "../../..");

/** Where it is. Not compressed: that takes longer than everything else. */
export async function packaged(lab: Lab): Promise<string> {
  const out = join(lab.dir, "package");
  const words = ["--only", "x64", "--compression", "none", "--out", out];
  await must(["bash", join(ROOT, "scripts/package"), ...words]);
  return join(out, `hb_${version}_amd64.deb`);
}
