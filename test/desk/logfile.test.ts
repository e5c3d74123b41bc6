// Files of the log: to whom they belong, and which links lead to one.

import { afterAll, expect, test } from "bun:test";
import {
  chmodSync,
  chownSync,
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { openedToAppend } from "../../src/desk/logfile.ts";

const home = mkdtempSync("/tmp/hb-logfile-");
afterAll(() => rmSync(home, { recursive: true, force: true }));

const heir = { uid: 4_711, gid: 4_712 } as const;
const asRoot = test.skipIf(process.geteuid?.() !== 0);

/** A directory of root's, or one where everybody writes. */
function directory(name: string, mode = 0o755): string {
  const path = join(home, name);
  mkdirSync(path);
  chmodSync(path, mode);
  return path;
}

function owned(path: string): string {
  const { uid, gid, mode } = statSync(path);
  return `${uid}:${gid} ${(mode & 0o777).toString(8)}`;
}

function append(path: string): void {
  const fd = openedToAppend(path, undefined, heir);
  writeSync(fd, "a line\n");
  closeSync(fd);
}

asRoot(
  "openedToAppend() gives a new file away, readable for all, and one of root's as it is",
  () => {
    const logs = directory("usual");
    const [fresh, old, strange] = ["fresh", "old", "strange"].map((name) => join(logs, name));
    for (const path of [old, strange]) writeFileSync(path ?? "", "before\n", { mode: 0o600 });
    chownSync(strange ?? "", 4_713, 4_713);
    for (const path of [fresh, old, strange]) append(path ?? "");
    expect([fresh, old, strange].map((path) => owned(path ?? ""))).toEqual([
      "4711:4712 644",
      "4711:4712 600",
      "4713:4713 600",
    ]);
    expect(readFileSync(old ?? "", "utf8")).toBe("before\na line\n");
  },
);

asRoot(
  "openedToAppend() follows a link where only root can put one, and gives nothing away",
  () => {
    const logs = directory("linked");
    writeFileSync(join(logs, "target"), "", { mode: 0o640 });
    symlinkSync("target", join(logs, "link"));
    symlinkSync("nothing-yet", join(logs, "dangling"));
    append(join(logs, "link"));
    append(join(logs, "dangling"));
    expect(readFileSync(join(logs, "target"), "utf8")).toBe("a line\n");
    expect([owned(join(logs, "target")), owned(join(logs, "nothing-yet"))]).toEqual([
      "0:0 640",
      "0:0 640",
    ]);
  },
);

asRoot(
  "openedToAppend() refuses a link where others write, and keeps a file that they slipped in",
  () => {
    const logs = directory("open", 0o777);
    const secret = join(directory("secrets"), "secret");
    writeFileSync(secret, "secret\n", { mode: 0o600 });
    symlinkSync(secret, join(logs, "link"));
    symlinkSync(join(home, "made"), join(logs, "dangling"));
    for (const name of ["link", "dangling"]) {
      expect(() => append(join(logs, name))).toThrow(/it is a link, and not only root may write/);
    }
    writeFileSync(join(logs, "moved"), "", { mode: 0o600 });
    linkSync(secret, join(logs, "hard"));
    append(join(logs, "moved"));
    append(join(logs, "hard"));
    expect([owned(secret), owned(join(logs, "moved"))]).toEqual(["0:0 600", "0:0 600"]);
    expect(lstatSync(join(home, "made"), { throwIfNoEntry: false })).toBeUndefined();
  },
);

asRoot(
  "openedToAppend() leaves a file with a second name as it is, also where only root writes",
  () => {
    const logs = directory("doubled");
    writeFileSync(join(logs, "one"), "", { mode: 0o600 });
    linkSync(join(logs, "one"), join(logs, "two"));
    append(join(logs, "two"));
    expect(owned(join(logs, "one"))).toBe("0:0 600");
  },
);
