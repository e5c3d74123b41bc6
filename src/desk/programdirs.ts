// Where programs of Heartbeat make sockets of their own, in the run directory: ccm, dopd, and what crmd starts. They
// are hacluster's, so the directories are too, as Heartbeat's own start makes them (heartbeat-api.md 1).
//
// systemd gives the whole run directory of a unit to the unit's user, whatever tmpfiles had made of it: those three
// would be root's, and ccm and dopd would end because they cannot make their sockets.

import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  mkdirSync,
  openSync,
} from "node:fs";
import { join } from "node:path";
import { accountNumber } from "./account.ts";

const names = ["ccm", "crm", "dopd"] as const;

interface Owner {
  readonly user: string;
  readonly group: string;
}

const usualOwner: Owner = { user: "hacluster", group: "haclient" };
const mode = 0o750;

/** Makes them, and gives those that are root's to Heartbeat's accounts, where this host has these. One that
 *  somebody else has stays as it is. */
export async function giveProgramDirectories(run: string, owner = usualOwner): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const user = await accountNumber("user", owner.user);
  const group = await accountNumber("group", owner.group);
  if (user === undefined || group === undefined) return;
  for (const name of names) {
    const path = join(run, name);
    mkdirSync(path, { recursive: true, mode });
    const directory = openSync(path, constants.O_DIRECTORY | constants.O_NOFOLLOW);
    try {
      if (fstatSync(directory).uid !== 0) continue;
      fchownSync(directory, user, group);
      fchmodSync(directory, mode);
    } finally {
      closeSync(directory);
    }
  }
}
