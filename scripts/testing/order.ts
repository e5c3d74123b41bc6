// The order in which files of tests begin: the longest first, so that none of them is left alone at the end.

/** Seconds that were measured on two processors. Nothing but the order depends on them, and a file that is not
 *  named is a short one. */
const SECONDS: Readonly<Record<string, number>> = {
  "lab/mixed-partition.test.ts": 240,
  "lab/loss.test.ts": 140,
  "lab/mixed.test.ts": 140,
  "lab/mixed-handover.test.ts": 120,
  "lab/partition.test.ts": 100,
  "lab/install.test.ts": 90,
  "lab/sanity.test.ts": 75,
  "lab/takeover.test.ts": 70,
  "lab/mixed-loss.test.ts": 70,
  "lab/mixed-upgrade.test.ts": 65,
  "lab/trouble.test.ts": 55,
  "lab/connectivity.test.ts": 50,
  "lab/serial-ring.test.ts": 50,
  "lab/crash.test.ts": 45,
  "lab/guide.test.ts": 60,
  "lab/install-rpm.test.ts": 40,
  "lab/systemd.test.ts": 40,
  "lab/carp/bsd-first.test.ts": 45,
  "lab/api/outdater.test.ts": 40,
  "lab/ipfail.test.ts": 60,
  "lab/carp/bsd-parity.test.ts": 40,
  "lab/carp/bsd-second.test.ts": 40,
  "lab/carp/ucarp-sidebyside.test.ts": 40,
  "lab/carp/ucarp-options.test.ts": 40,
  "lab/classic-log.test.ts": 40,
  "lab/demo.test.ts": 40,
  "lab/hostile.test.ts": 40,
  "vm/ring.test.ts": 140,
  "vm/ppp.test.ts": 125,
  "vm/serial.test.ts": 105,
  "vm/watchdog.test.ts": 90,
};

const seconds = (file: string): number => SECONDS[file.replace(/^test\//, "")] ?? 0;

/** The longest first, those of one length by name. */
export function longestFirst(files: readonly string[]): string[] {
  return [...files].sort((a, b) => seconds(b) - seconds(a) || (a < b ? -1 : 1));
}
