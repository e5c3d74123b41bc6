// Files that a log is appended to. Those of the agent are for Heartbeat's accounts as well, as 3.0.6 leaves them
// (hacluster:haclient, 0644): ipfail, ccm and dopd are not root, and write their own lines there.
//
// Root gives nothing away that somebody may have slipped in: only a file that was made here, or one of root's own
// that has no other name and lies where nobody else can put one. A link there is followed, one elsewhere is not.

import {
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  openSync,
  type Stats,
  statSync,
} from "node:fs";
import { dirname } from "node:path";
import { accountInFiles } from "./account.ts";

/** To whom a log file is given. */
export interface Heir {
  readonly uid: number;
  readonly gid: number;
}

const { O_APPEND, O_CREAT, O_EXCL, O_NOFOLLOW, O_NONBLOCK, O_RDWR, O_WRONLY } = constants;
/** What is no file must not hold up who opens it. */
const toAppend = O_WRONLY | O_APPEND | O_NONBLOCK;

/** Heartbeat's accounts, where this host has them and this process may give to them. */
export function clusterHeir(): Heir | undefined {
  if (process.geteuid?.() !== 0) return undefined;
  const uid = accountInFiles("user", "hacluster");
  const gid = accountInFiles("group", "haclient");
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

/** Opens a file, and makes it when it is not there. Throws what the system says. */
export function openedToAppend(path: string, mode = 0o640, heir?: Heir): number {
  const made = attempt("EEXIST", () => openSync(path, toAppend | O_CREAT | O_EXCL, mode));
  if (made !== undefined) {
    if (heir !== undefined) bequeath(made, heir, 0o644);
    return made;
  }
  const known = attempt("ELOOP", () => opened(path, O_NOFOLLOW, mode));
  if (known === undefined) return followed(path, mode);
  if (heir !== undefined && isRoots(fstatSync(known)) && isSafe(path)) bequeath(known, heir);
  return known;
}

function followed(path: string, mode: number): number {
  if (isSafe(path)) return opened(path, O_CREAT, mode);
  const fault = `it is a link, and not only root may write to ${dirname(path)}`;
  throw new Error(`${fault}: name the file itself, or take that right away`);
}

/** A named pipe that nobody reads yet must not hold up the agent: it is opened for both directions, keeps what
 *  it has room for, and is as slow as any reader then. */
function opened(path: string, how: number, mode: number): number {
  const fd = attempt("ENXIO", () => openSync(path, toAppend | how, mode));
  return fd ?? openSync(path, O_RDWR | O_NONBLOCK | (how & O_NOFOLLOW));
}

/** Undefined when it fails with this errno. */
function attempt(code: string, open: () => number): number | undefined {
  try {
    return open();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === code) return undefined;
    throw error;
  }
}

/** It stays root's on a file system that knows no owners. */
function bequeath(fd: number, { uid, gid }: Heir, mode?: number): void {
  try {
    if (mode !== undefined) fchmodSync(fd, mode);
    fchownSync(fd, uid, gid);
  } catch {
    // The log is what counts.
  }
}

function isRoots(file: Stats): boolean {
  return file.isFile() && file.uid === 0 && file.nlink === 1;
}

/** Nobody but root, or this user, puts anything there. */
function isSafe(path: string): boolean {
  const { uid, mode } = statSync(dirname(path));
  return (uid === 0 || uid === process.geteuid?.()) && (mode & 0o022) === 0;
}
