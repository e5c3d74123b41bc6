// What a package puts on a host: a list of files with their modes, and the same as a directory.

import {
  chmodSync,
  copyFileSync,
  lutimesSync,
  mkdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";

export type Entry = {
  /** Where it is on the host. */
  readonly path: string;
} & (
  | { readonly kind: "directory" }
  | { readonly kind: "link"; readonly to: string }
  | { readonly kind: "copy"; readonly of: string; readonly mode: number }
  | {
      readonly kind: "file";
      readonly bytes: string | Uint8Array;
      readonly mode: number;
      /** The administrator may change it: an upgrade keeps it. */
      readonly configuration?: true;
    }
);

/** Makes the tree anew, every moment in it this one. */
export function layOut(root: string, entries: readonly Entry[], epochS: number): void {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true });
  const made = new Set<string>();
  for (const entry of entries) {
    const path = join(root, entry.path);
    directories(root, entry.kind === "directory" ? entry.path : dirname(entry.path), made);
    switch (entry.kind) {
      case "directory":
        break;
      case "link":
        symlinkSync(entry.to, path);
        made.add(path);
        break;
      case "copy":
        copyFileSync(entry.of, path);
        chmodSync(path, entry.mode);
        made.add(path);
        break;
      case "file":
        writeFileSync(path, entry.bytes);
        chmodSync(path, entry.mode);
        made.add(path);
        break;
    }
  }
  for (const path of [...made, root]) lutimesSync(path, epochS, epochS);
}

/** Each directory on the way, whatever the mask of who builds says. */
function directories(root: string, path: string, made: Set<string>): void {
  if (path !== dirname(path)) directories(root, dirname(path), made);
  const place = join(root, path);
  mkdirSync(place, { recursive: true });
  chmodSync(place, 0o755);
  made.add(place);
}
