// BasicSanityCheck, with which Heartbeat 3 tests a whole installation, side by side: on a host with 3.0.6's daemon, and
// on one where hb lies over it. On a host as Debian makes it, it always has something to say; of hb it says no more.
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
/** Of apphbd it finds less than it looks for: Debian's crashes in the middle, each time elsewhere. */
const APPHBD = /^ERROR: Did not find .*(apphb|type=setint|heartbeat|hangup)/;
/** An error in the log of the daemon itself. */
const OWN_ERROR = /heartbeat: \[\d+\]: (CRIT|ERROR)/;

interface Checked {
  /** As many as the check has counted; apphbd's left out, as below. */
  readonly counted: number;
  readonly complaints: readonly string[];
  readonly log: readonly string[];
}

/** `program` lies over the daemon. */
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
  const said = output.split("\n").filter((line) => !PROGRESS.some((sign) => sign.test(line)));
  // At its end it shows once more what it has written to the log.
  const lines = [...new Set(said)];
  const complaints = lines.filter((line) => !APPHBD.test(line));
  const counted = code - (lines.length - complaints.length);
  return { counted, complaints, log: log.split("\n") };
}

test.skipIf(!hasHeartbeat() && process.env.CI !== "true")(
  "BasicSanityCheck says nothing of hb that it does not say of 3.0.6",
  async () => {
    const [real, ours] = await Promise.all([check(""), check(HB)]);
    expect(ours.complaints.filter((line) => !real.complaints.includes(line))).toEqual([]);
    expect(ours.counted).toBeLessThanOrEqual(real.counted);
    expect(ours.log.filter((line) => OWN_ERROR.test(line))).toEqual([]);
    // It ran to its end, on hb, and looked at what hb did.
    const words = [/node imalwaysdead\.com now reset/, /Gratuitous Arp for 10\.253\.252\.251/];
    for (const said of [...words, /Heartbeat shutdown complete/, /apphbd failure case tests/]) {
      expect(ours.log.filter((line) => said.test(line))).toHaveLength(1);
    }
  },
);
