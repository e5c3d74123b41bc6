// The old names of hb: links to the binary that behave as Heartbeat's programs of that name do
// (heartbeat-config 5, heartbeat-resources 12).

const oldNames: Readonly<Record<string, readonly [string, ...string[]]>> = {
  hb_standby: ["standby"],
  hb_takeover: ["takeover"],
  hb_addnode: ["node", "add"],
  hb_delnode: ["node", "remove"],
  ha_propagate: ["propagate"],
  ha_logd: ["logd"],
  apphbd: ["apphbd"],
  "ip-up": ["ip-up"],
  "ip-up.local": ["ip-up"],
  "ip-down": ["ip-down"],
  "ip-down.local": ["ip-down"],
};

/** The command and first words that an old name stands for; undefined for any other program name. */
export function oldName(program: string): readonly [string, ...string[]] | undefined {
  const base = program.slice(program.lastIndexOf("/") + 1);
  return Object.hasOwn(oldNames, base) ? oldNames[base] : undefined;
}

/** The command that a daemon of ucarp's name is started again with (desk/carp/daemon.ts). */
const carryOn = "carry-on";

/** True when hb shall take the command line as another program altogether does (carp.md 11). */
export function isUcarp(program: string, argv: readonly string[]): boolean {
  const daemon = argv.length === 1 && argv[0] === carryOn;
  return program.slice(program.lastIndexOf("/") + 1) === "ucarp" && !daemon;
}

/** True when hb shall be the daemon of Heartbeat 3.0.6, whose only command line that is (heartbeat-config 6). */
export function isHeartbeat(program: string): boolean {
  return program.slice(program.lastIndexOf("/") + 1) === "heartbeat";
}
