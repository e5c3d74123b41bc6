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
  | { readonly kind: "help"; readonly says: readonly UcarpSays[]; readonly complaint?: string }
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
  if (argv.length === 0) return { kind: "help", says: [] };
  const reading = new Reading(world);
  for (const option of getopt(argv, accepted, world.posix)) {
    if ("complaint" in option) return reading.help(option.complaint);
    if (option.is === "h") return reading.help();
    const refusal = reading.take(option.is, option.argument ?? "");
    if (refusal !== undefined) return reading.refuse(refusal);
  }
  return reading.end();
}

/** The options so far: everything as ucarp has it before it is told. */
class Reading {
  readonly #world: UcarpWorld;
  readonly #says: UcarpSays[] = [];
  /** Letters of the options without argument. */
  readonly #flags = new Set<string>();
  readonly #addresses = { s: unset, a: unset, mcastip: "224.0.0.18" };
  readonly #texts = new Map<string, string>();
  #vhid = 0;
  #password = "";
  #advbase = 1;
  #advskew = 0;
  #deadratio = 3;
  #facility: string | undefined = "daemon";

  constructor(world: UcarpWorld) {
    this.#world = world;
  }

  /** Takes one option; gives the error line that ends the reading at once. */
  take(is: string, argument: string): string | undefined {
    switch (is) {
      case "s":
      case "a":
      case "mcastip":
        if (!isIPv4(argument)) return `Invalid address: [${argument}]`;
        this.#addresses[is] = argument;
        return undefined;
      case "v": {
        const vhid = strtol(argument);
        if (vhid < 1n || vhid > 255n) return "vhid must be between 1 and 255.";
        this.#vhid = Number(vhid);
        return undefined;
      }
      case "p":
        this.#password = bytesToText(new TextEncoder().encode(argument));
        return undefined;
      case "o": {
        const read = this.#world.passfile(argument);
        if ("trouble" in read) return read.trouble;
        this.#password = read.line;
        return undefined;
      }
      case "b":
        this.#advbase = Number(strtoul(argument) & 0xffn);
        return undefined;
      case "k":
        this.#advskew = Number(strtoul(argument) & 0xffn);
        return undefined;
      case "r":
        this.#deadratio = Number(strtoul(argument) & 0xffff_ffffn);
        return undefined;
      case "f":
        this.#takeFacility(argument);
        return undefined;
      case "i":
      case "u":
      case "d":
      case "x":
        this.#texts.set(is, argument);
        return undefined;
      default:
        this.#flags.add(is);
        return undefined;
    }
  }

  help(complaint?: string): UcarpCommand {
    const says = this.#says;
    return { kind: "help", says, ...(complaint === undefined ? {} : { complaint }) };
  }

  refuse(text: string): UcarpCommand {
    this.#say("error", text);
    return { kind: "refused", says: this.#says };
  }

  /** What all of it comes to: ucarp's tests in ucarp's order. */
  end(): UcarpCommand {
    let device = this.#texts.get("i") ?? "";
    if (device === "") {
      device = this.#world.firstDevice();
      this.#say("info", `Using [${device}] as a network interface`);
    }
    const missing = this.#whatIsMissing();
    if (missing !== undefined) return this.refuse(`You must supply ${missing}`);
    // An empty path is none as well, but somebody meant it.
    for (const [option, way] of [
      ["u", "up"],
      ["d", "down"],
    ] as const) {
      if (this.#texts.has(option)) continue;
      this.#say("warn", `Warning: no script called when going ${way}`);
    }
    if (this.#deadratio === 0) return this.refuse("Dead ratio can't be zero");
    return {
      kind: "run",
      says: this.#says,
      daemonize: this.#flags.has("B"),
      debug: this.#flags.has("D"),
      ...(this.#facility === undefined ? {} : { facility: this.#facility }),
      router: this.#router(device),
    };
  }

  #takeFacility(argument: string): void {
    const name = argument.toLowerCase();
    if (name === "none") this.#facility = undefined;
    else if (facilities.has(name)) this.#facility = facilities.get(name);
    else this.#say("error", `Unknown syslog facility: [${argument}]`);
  }

  #say(level: UcarpSays["level"], text: string): void {
    this.#says.push({ level, text, shown: !this.#flags.has("B") });
  }

  #whatIsMissing(): string | undefined {
    if (this.#vhid === 0) return "a valid virtual host id";
    if (this.#password === "") return "a password";
    if (this.#advbase === 0 && this.#advskew === 0) return "an advertisement time base";
    if (this.#addresses.s === unset) return "a persistent source address";
    if (this.#addresses.a === unset) return "a virtual host address";
    return undefined;
  }

  #router(device: string): RouterConfig {
    const { s: source, a: address, mcastip: multicast } = this.#addresses;
    const up = this.#texts.get("u") ?? "";
    const down = this.#texts.get("d") ?? "";
    const xparam = this.#texts.get("x");
    return {
      ...routerDefaults,
      name: routerName(device, this.#vhid),
      device,
      vhid: this.#vhid,
      password: this.#password,
      addresses: [{ family: 4, address }],
      source,
      multicast,
      advbase: this.#advbase,
      advskew: this.#advskew,
      deadratio: this.#deadratio,
      preempt: this.#flags.has("P"),
      neutral: this.#flags.has("n"),
      broadcast: this.#flags.has("M"),
      ignoreIfState: this.#flags.has("S"),
      shutdown: this.#flags.has("z"),
      seal: "off",
      holdsAddresses: false,
      likeUcarp: true,
      announceIntervalMs: 0,
      scriptTimeoutMs,
      ...(up === "" ? {} : { upScript: up }),
      ...(down === "" ? {} : { downScript: down }),
      ...(xparam === undefined ? {} : { xparam }),
    };
  }
}
