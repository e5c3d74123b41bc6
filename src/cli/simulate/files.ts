// The three files as `hb simulate` takes them: from any directory, on any machine. What concerns only this
// machine is left out: who may read a file, which devices there are, whether pppd is installed. Secrets
// that this user may not read are made up, for nothing leaves the program.

import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import type { Passfile } from "../../config/carp/password.ts";
import type { Given, Source } from "../../config/check.ts";
import { parseHaCf } from "../../config/hacf.ts";
import { defaultDirectories, placesOf } from "../../desk/place.ts";

export interface Files {
  readonly given: Given;
  /** As far as they can be read, whatever else is wrong. */
  readonly nodes: readonly string[];
  /** Secrets that were made up. */
  readonly unread: readonly string[];
}

/** Reads the files of a directory, as the node `name` or else as the host's own or the first one. */
export function readFiles(dir: string, name?: string): Files {
  const places = placesOf({ ...defaultDirectories, conf: dir });
  const unread: string[] = [];
  const haCf = source(places.haCf, "utf8");
  const { nodes } = parseHaCf(haCf.text ?? "", haCf.file).conf;
  const host = hostname().toLowerCase();
  const self = name ?? (nodes.includes(host) ? host : (nodes[0] ?? host));
  const given: Given = {
    self,
    haCf,
    authkeys: secret(places.authkeys, "auth 1\n1 crc\n", unread),
    haresources: source(places.haresources, "utf8"),
    passfile: (path): Passfile => secret(path, "a made-up secret\n", unread),
  };
  return { given, nodes, unread };
}

function source(file: string, encoding: "utf8" | "latin1"): Source {
  try {
    return { file, text: readFileSync(file, encoding) };
  } catch (error) {
    return { file, trouble: error instanceof Error ? error.message : String(error) };
  }
}

function secret(file: string, standIn: string, unread: string[]): Source {
  const found = source(file, "latin1");
  if (found.trouble?.startsWith("EACCES") !== true) return found;
  if (!unread.includes(file)) unread.push(file);
  return { file, text: standIn };
}
