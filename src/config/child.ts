// Programs that the agent runs beside itself: what `respawn`, `failfast` and `pacemaker` come to
// (heartbeat-api 10 and 11). How they run is the desk's business.

import type { ProgramKind } from "./checkhacf.ts";

/** A program that is kept running. */
export interface Child {
  /** What its death means: it is started again, or this host cannot be trusted any more. */
  readonly kind: "respawn" | "failfast";
  readonly user: string;
  /** Of the program, absolute. */
  readonly path: string;
  /** Program and arguments as they are given to a shell. */
  readonly line: string;
}

/** In the order in which they are started: a line of its own, or the place of all that Pacemaker needs. */
export type ChildLine = Child | { readonly kind: "pacemaker" };

export type PacemakerMode = "off" | "on" | "respawn" | "valgrind" | "minimal" | "ccm-only";

const modes: Readonly<Record<string, PacemakerMode>> = {
  respawn: "respawn",
  valgrind: "valgrind",
  manual: "minimal",
  minimal: "minimal",
  "ccm-only": "ccm-only",
};

/** What a value of `pacemaker` means; undefined: nothing. */
export function pacemakerMode(text: string): PacemakerMode | undefined {
  const lower = text.toLowerCase();
  if (/^(true|on|yes|y|1)$/.test(lower)) return "on";
  if (/^(false|off|no|n|0)$/.test(lower)) return "off";
  return Object.hasOwn(modes, lower) ? modes[lower] : undefined;
}

/** Whether hb does by itself what this program was for: then its absence keeps no node from starting. */
export function isDispensable(path: string): boolean {
  return path.endsWith("/ipfail");
}

/** Where Pacemaker's programs and Heartbeat's are looked for, in this order. */
export const programFolders: readonly string[] = [
  "/usr/libexec/pacemaker",
  "/usr/libexec/heartbeat",
  "/usr/lib/heartbeat",
];

const valgrindPaths = ["/usr/bin/valgrind", "/usr/local/bin/valgrind"] as const;

export type FindProgram = (path: string) => ProgramKind;

export interface Expanded {
  readonly children: readonly Child[];
  /** Programs that were looked for in vain, each with where. */
  readonly missing: readonly { readonly name: string; readonly places: readonly string[] }[];
}

interface Wanted {
  /** The agent itself is the `ccm`. */
  readonly membership?: boolean;
  readonly children: readonly ChildLine[];
  readonly pacemaker: string;
  readonly crmdSpawnsPengine: boolean;
}

/** All programs, with those that Pacemaker needs in the place of its line; without those that need not be
 *  there and are not. */
export function expandChildren(
  { children, pacemaker, crmdSpawnsPengine, membership = false }: Wanted,
  find: FindProgram,
): Expanded {
  const mode = pacemakerMode(pacemaker) ?? "off";
  const missing: Expanded["missing"][number][] = [];
  const pathOf = (name: string, places: readonly string[]) => {
    const found = places.find((path) => find(path) === "program");
    if (found === undefined) missing.push({ name, places });
    return found;
  };
  const valgrind = mode === "valgrind" ? pathOf("valgrind", valgrindPaths) : undefined;
  const needed = (): Child[] =>
    programsOf(mode, crmdSpawnsPengine).flatMap(({ name, user, kind, watched }) => {
      if (name === "ccm" && membership) return [];
      const path = pathOf(
        name,
        programFolders.map((folder) => `${folder}/${name}`),
      );
      if (path === undefined) return [];
      const line = watched && valgrind !== undefined ? `${valgrind} ${path}` : path;
      return [{ kind, user, path, line }];
    });
  const isThere = ({ path }: Child) => !isDispensable(path) || find(path) === "program";
  const all = children.flatMap((child) => (child.kind === "pacemaker" ? needed() : [child]));
  return { children: all.filter(isThere), missing };
}

interface Program {
  readonly name: string;
  readonly user: string;
  readonly kind: Child["kind"];
  /** By valgrind, where that is asked for. */
  readonly watched: boolean;
}

/** The order in which they need each other. */
function programsOf(mode: PacemakerMode, crmdSpawnsPengine: boolean): readonly Program[] {
  if (mode === "off") return [];
  const all = ["ccm", "cib", "stonithd", "lrmd", "attrd", "pengine", "crmd"];
  const names =
    mode === "ccm-only"
      ? ["ccm"]
      : mode === "minimal"
        ? ["ccm", "cib", "lrmd", "crmd"]
        : all.filter((name) => name !== "pengine" || !crmdSpawnsPengine);
  const isFast = mode === "on" || mode === "minimal";
  return names.map((name) => ({
    name,
    user: name === "stonithd" || name === "lrmd" ? "root" : "hacluster",
    kind: isFast && ["ccm", "cib", "crmd", "pengine"].includes(name) ? "failfast" : "respawn",
    watched: ["attrd", "pengine", "crmd", "cib"].includes(name),
  }));
}
