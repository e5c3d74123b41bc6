// BasicSanityCheck, with which Heartbeat 3 tests a whole installation, side by side: on a host with 3.0.6's programs, and
// on one where hb lies over its daemon and its apphbd. On a host as Debian makes it, it always has something to say; of hb it says no more.
//
// It takes more than a minute, in which it sleeps: a few seconds of processor time.

import { expect, setDefaultTimeout, test } from "bun:test";
import { built, HB } from "./agent.ts";
import { hasHeartbeat } from "./heartbeat.ts";
import { withLab } from "./lab.ts";

setDefaultTimeout(400_000);
await built();

const CHECK = "/usr/share/heartbeat/BasicSanityCheck";
const LOG = "/tmp/linux-ha.testlog";
/** It looks for the programs where they were before Debian moved them, and writes to /tmp and to the whole kernel. */
const PREPARE = `
[ -z "$1" ] || mount --bind "$1" /usr/libexec/heartbeat/heartbeat
mount -t overlay sanity -o lowerdir=/usr/lib/heartbeat:/usr/libexec/heartbeat /usr/lib/heartbeat
[ -z "$1" ] || mount --bind "$1" /usr/lib/heartbeat/apphbd
mount -t tmpfs sanity /tmp
mount --bind /dev/null /proc/sys/kernel/core_uses_pid
mkdir -p /run/resource-agents /run/lock
rm -f /etc/ha.d/ha.cf /etc/ha.d/authkeys /etc/ha.d/haresources
`;

/** What it says when all is well, and what is no complaint of its own: lines of its log that it shows. */
const PROGRESS = [
  /^(Using interface|Starting|Stopping|Reloading|Performing|Checking|Testing RA)/,
  /^base64 and md5 algorithm tests succeeded/,
  /^\d+ errors\. Log file is stored/,
  /^(\w{3} [ \d]\d \d\d:\d\d:\d\d |\(process:)/,
  /^ERROR: Found \d+ instead\.$/,
  /^\s*$/,
];
/** What the check runs under apphbd beats each second, and is late where the processors are busy. */
const LATE = /^ERROR: Did not find \[0:\] occurances of failed to heartbeat\|/;
/** An error in the log of the daemon itself. */
const OWN_ERROR = /heartbeat: \[\d+\]: (CRIT|ERROR)/;

interface Checked {
  readonly code: number;
  readonly complaints: readonly string[];
  readonly log: readonly string[];
}

/** `program` lies over those of 3.0.6; none when empty. */
async function check(program: string): Promise<Checked> {
  let output = "";
  let code = 0;
  let log = "";
  await withLab({ hosts: ["alice"], name: "sanity" }, async (lab) => {
    const alice = lab.host("alice");
    const prepared = await alice.exec(["bash", "-euc", PREPARE, "_", program]);
    expect(prepared).toEqual({ code: 0, stdout: "", stderr: "" });
    ({ code, stdout: output } = await alice.exec(["sh", CHECK]));
    ({ stdout: log } = await alice.exec(["cat", LOG]));
  });
  const lines = output.split("\n").filter((line) => !PROGRESS.some((sign) => sign.test(line)));
  // Where its log is and when it looked differs from run to run.
  const complaints = lines.map((line) => line.replace(/ in \/tmp\/.*/, ""));
  return { code, complaints, log: log.split("\n") };
}

test.skipIf(!hasHeartbeat() && process.env.CI !== "true")(
  "BasicSanityCheck says nothing of hb that it does not say of 3.0.6",
  async () => {
    const [real, ours] = await Promise.all([check(""), check(HB)]);
    const known = (line: string) => LATE.test(line) || real.complaints.includes(line);
    expect(ours.complaints.filter((line) => !known(line))).toEqual([]);
    expect(ours.code).toBeLessThanOrEqual(real.code);
    expect(ours.log.filter((line) => OWN_ERROR.test(line))).toEqual([]);
    // It ran to its end, on hb, and looked at what hb did.
    const words = [/node imalwaysdead\.com now reset/, /Gratuitous Arp for 10\.253\.252\.251/];
    for (const said of [...words, /Heartbeat shutdown complete/, /apphbd failure case tests/]) {
      expect(ours.log.filter((line) => said.test(line))).toHaveLength(1);
    }
  },
);
