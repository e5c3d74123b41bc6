// The command line of ucarp 1.5.2, read as ucarp reads it: every option, in argument order, with its
// validation, its words and its exit codes (carp.md 11). Later options win; words that are no options
// are not looked at. What `hb carp` takes is another thing: cli/carp.ts.

import { bytesToText } from "../../wire/bytes.ts";
import { isIPv4 } from "../address.ts";
import { type RouterConfig, routerName } from "../router.ts";
import { strtol, strtoul } from "./cnumber.ts";
import { type Accepted, getopt } from "./getopt.ts";
import { routerDefaults } from "./standard.ts";

/** A line that ucarp says while it reads its options. */
export interface UcarpSays {
  readonly level: "info" | "warn" | "error";
  readonly text: string;
  /** False behind -B: then it goes to syslog alone. */
  readonly shown: boolean;
}

export type UcarpCommand =
  /** Usage on stdout and exit code 0; also what an unknown option leads to. */
  | { readonly kind: "help"; readonly complaint?: string }
  /** Exit code 1. */
  | { readonly kind: "refused"; readonly says: readonly UcarpSays[] }
  | {
      readonly kind: "run";
      readonly says: readonly UcarpSays[];
      readonly router: RouterConfig;
      readonly daemonize: boolean;
      readonly debug: boolean;
      /** Lower case; absent: no syslog. */
      readonly facility?: string;
    };

/** What the options lead to on this host. */
export interface UcarpWorld {
  /** The first line of a passfile as a byte string, or what ucarp says of it. */
  passfile(path: string): { readonly line: string } | { readonly trouble: string };
  /** The interface that is taken when none is given. */
  firstDevice(): string;
  /** POSIXLY_CORRECT is in the environment. */
  readonly posix: boolean;
}

const accepted: Accepted = {
  short: "i:s:v:p:Pna:hb:k:x:u:d:r:zf:BSMDo:",
  long: [
    { name: "interface", is: "i" },
    { name: "srcip", is: "s" },
    { name: "mcastip", is: "mcastip" },
    { name: "vhid", is: "v" },
    { name: "pass", is: "p" },
    { name: "preempt", is: "P" },
    { name: "neutral", is: "n" },
    { name: "addr", is: "a" },
    { name: "help", is: "h" },
    { name: "advbase", is: "b" },
    { name: "advskew", is: "k" },
    { name: "upscript", is: "u" },
    { name: "downscript", is: "d" },
    { name: "deadratio", is: "r" },
    { name: "debug", is: "D" },
    { name: "shutdown", is: "z" },
    { name: "facility", is: "f" },
    { name: "daemonize", is: "B" },
    { name: "ignoreifstate", is: "S" },
    { name: "nomcast", is: "M" },
    { name: "passfile", is: "o" },
    { name: "xparam", is: "x" },
  ],
  longArguments: ["mcastip"],
};

/** What ucarp calls them, and what they are to syslog today. */
const facilities: ReadonlyMap<string, string> = new Map([
  ..."auth authpriv cron daemon ftp kern lpr mail news syslog user uucp"
    .split(" ")
    .map((name) => [name, name] as const),
  ...Array.from({ length: 8 }, (_, n) => [`local${n}`, `local${n}`] as const),
  ["security", "auth"],
  ["mark", "user"],
]);

const unset = "0.0.0.0";
/** ucarp waits for its scripts without limit; a limit that no working script meets is the same. */
const scriptTimeoutMs = 3_600_000;

/** Reads the words behind the program's name. */
export function readUcarp(argv: readonly string[], world: UcarpWorld): UcarpCommand {
  if (argv.length === 0) return { kind: "help" };
  const says: UcarpSays[] = [];
  const set = {
    device: "",
    srcip: unset,
    mcastip: "224.0.0.18",
    addr: unset,
    vhid: 0,
    password: "",
    advbase: 1,
    advskew: 0,
    deadratio: 3,
    up: undefined as string | undefined,
    down: undefined as string | undefined,
    xparam: undefined as string | undefined,
    facility: "daemon" as string | undefined,
  };
  const flags = new Set<string>();
  const say = (level: UcarpSays["level"], text: string) => {
    says.push({ level, text, shown: !flags.has("B") });
  };
  const refuse = (text: string): UcarpCommand => {
    say("error", text);
    return { kind: "refused", says };
  };

  for (const option of getopt(argv, accepted, world.posix)) {
    if ("complaint" in option) return { kind: "help", complaint: option.complaint };
    const { is, argument = "" } = option;
    switch (is) {
      case "h":
        return { kind: "help" };
      case "i":
        set.device = argument;
        break;
      case "s":
      case "a":
      case "mcastip":
        if (!isIPv4(argument)) return refuse(`Invalid address: [${argument}]`);
        set[is === "s" ? "srcip" : is === "a" ? "addr" : "mcastip"] = argument;
        break;
      case "v": {
        const vhid = strtol(argument);
        if (vhid < 1n || vhid > 255n) return refuse("vhid must be between 1 and 255.");
        set.vhid = Number(vhid);
        break;
      }
      case "p":
        set.password = bytesToText(new TextEncoder().encode(argument));
        break;
      case "o": {
        const read = world.passfile(argument);
        if ("trouble" in read) return refuse(read.trouble);
        set.password = read.line;
        break;
      }
      case "b":
        set.advbase = Number(strtoul(argument) & 0xffn);
        break;
      case "k":
        set.advskew = Number(strtoul(argument) & 0xffn);
        break;
      case "r":
        set.deadratio = Number(strtoul(argument) & 0xffffffffn);
        break;
      case "u":
        set.up = argument;
        break;
      case "d":
        set.down = argument;
        break;
      case "x":
        set.xparam = argument;
        break;
      case "f": {
        const name = argument.toLowerCase();
        if (name === "none") set.facility = undefined;
        else if (facilities.has(name)) set.facility = facilities.get(name);
        else say("error", `Unknown syslog facility: [${argument}]`);
        break;
      }
      default:
        flags.add(is);
    }
  }

  if (set.device === "") {
    set.device = world.firstDevice();
    say("info", `Using [${set.device}] as a network interface`);
  }
  const missing = whatIsMissing(set);
  if (missing !== undefined) return refuse(`You must supply ${missing}`);
  // An empty path is none as well, but somebody meant it.
  if (set.up === undefined) say("warn", "Warning: no script called when going up");
  if (set.down === undefined) say("warn", "Warning: no script called when going down");
  if (set.deadratio === 0) return refuse("Dead ratio can't be zero");

  const { device, vhid, facility } = set;
  return {
    kind: "run",
    says,
    daemonize: flags.has("B"),
    debug: flags.has("D"),
    ...(facility === undefined ? {} : { facility }),
    router: {
      ...routerDefaults,
      name: routerName(device, vhid),
      device,
      vhid,
      password: set.password,
      addresses: [{ family: 4, address: set.addr }],
      source: set.srcip,
      multicast: set.mcastip,
      advbase: set.advbase,
      advskew: set.advskew,
      deadratio: set.deadratio,
      preempt: flags.has("P"),
      neutral: flags.has("n"),
      broadcast: flags.has("M"),
      ignoreIfState: flags.has("S"),
      shutdown: flags.has("z"),
      seal: "off",
      holdsAddresses: false,
      likeUcarp: true,
      announceIntervalMs: 0,
      scriptTimeoutMs,
      ...(set.up ? { upScript: set.up } : {}),
      ...(set.down ? { downScript: set.down } : {}),
      ...(set.xparam === undefined ? {} : { xparam: set.xparam }),
    },
  };
}

/** The first thing that is not there, in ucarp's order and words. */
function whatIsMissing(set: {
  readonly vhid: number;
  readonly password: string;
  readonly advbase: number;
  readonly advskew: number;
  readonly srcip: string;
  readonly addr: string;
}): string | undefined {
  if (set.vhid === 0) return "a valid virtual host id";
  if (set.password === "") return "a password";
  if (set.advbase === 0 && set.advskew === 0) return "an advertisement time base";
  if (set.srcip === unset) return "a persistent source address";
  if (set.addr === unset) return "a virtual host address";
  return undefined;
}
