// One run of pppd(8): what it is called with, what it says, how it ends. Not when it is started again:
// that is link.ts.
//
// Its words go to a file without a name and not to a pipe, so that it lives on when the agent is
// killed; the next agent then watches it by its pid.

import type { Timing } from "../../config/cluster.ts";
import type { PppMedium } from "../../config/medium.ts";
import { Output } from "../output.ts";
import { type ProcessName, processName, runs } from "../process.ts";

const lookEveryMs = 250;
/** pppd says goodbye to the other end for at most a second (lcp-max-terminate × lcp-restart). */
const goodbyeMs = 2_500;
/** LCP echoes that stay without an answer before pppd gives the line up. */
const echoCount = 3;
/** Seconds. A line that is dead for minutes shall not stay "up" because deadtime is long. */
const echoEveryMax = 30;

export interface PppdCall {
  readonly medium: PppMedium;
  readonly timing: Timing;
  /** Directory of the programs "ip-up" and "ip-down" that tell the agent. */
  readonly hooks: string;
  /** Run directory of the agent, where they find it. */
  readonly run: string;
}

/** The words after "pppd". Everything that matters is spelled out: /etc/ppp/options is read first. */
export function pppdWords({ medium, timing, hooks, run }: PppdCall): string[] {
  const { device, baud, flow, local, remote = "" } = medium;
  // Heartbeats themselves show that a line is dead. Echoes only make pppd begin anew, and must not end
  // a slow line before deadtime; where heartbeats come in, none are sent at all ("adaptive").
  const echoEveryS = Math.max(1, Math.ceil(timing.deadtimeMs / 1_000 / echoCount));
  const echo = Math.min(echoEveryS, echoEveryMax);
  return [
    device,
    `${baud}`,
    ...[
      "local",
      flow === "rtscts" ? "crtscts" : "nocrtscts",
      "lock",
      "nodetach",
      "noauth",
      "nodefaultroute",
    ],
    ...["noipv6", "noccp", "ipcp-accept-remote"],
    ...["lcp-echo-interval", `${echo}`, "lcp-echo-failure", `${echoCount}`, "lcp-echo-adaptive"],
    // Asks each second for as long as it takes: a cable that is mended is up a second later.
    ...["lcp-restart", "1", "lcp-max-configure", "2000000000", "lcp-max-terminate", "1"],
    ...["ipcp-restart", "1"],
    ...["set", `HB_RUN_DIR=${run}`, "ipparam", device],
    ...["ip-up-script", `${hooks}/ip-up`, "ip-down-script", `${hooks}/ip-down`],
    `${local}:${remote}`,
  ];
}

/** pppd(8) "EXIT STATUS". */
const endings: Readonly<Record<number, string>> = {
  0: "the other end closed the link",
  1: "a fatal error",
  2: "it does not like its options, or there is no such tty",
  3: "it needs root",
  4: "the kernel has no PPP",
  5: "it was told to end",
  6: "the tty is locked by another program",
  7: "the tty cannot be opened",
  10: "the ends did not agree",
  15: "the other end does not answer",
  16: "the other end hung up",
  17: "the line is looped back to this host",
};

/** Why pppd ended, for a person. */
export function pppdEnding(code: number | null, signal: string | null): string {
  if (code === null) return `pppd was killed by ${signal}`;
  const words = endings[code];
  return `pppd ended: ${words === undefined ? "" : `${words}, `}exit code ${code}`;
}

/** Where pppd is; undefined when it is not installed. */
export function findPppd(): string | undefined {
  const path = `${process.env.PATH ?? ""}:/usr/sbin:/sbin:/usr/local/sbin`;
  return Bun.which("pppd", { PATH: path }) ?? undefined;
}

export class Pppd {
  readonly pid: number;
  /** Resolves with the reason when it has ended. */
  readonly ended: Promise<string>;
  readonly #name: ProcessName | undefined;

  private constructor(pid: number, name: ProcessName | undefined, ended: Promise<string>) {
    this.pid = pid;
    this.#name = name;
    this.ended = ended;
  }

  /** Starts it. `line` is called with each line that it writes. Throws when it cannot be executed. */
  static start(argv: readonly string[], scratch: string, line: (text: string) => void): Pppd {
    // It may run for years, and says a few lines at each change.
    const output = new Output(scratch, line, Number.POSITIVE_INFINITY);
    try {
      const child = Bun.spawn([...argv], {
        cwd: "/",
        stdio: ["ignore", output.fd, output.fd],
        // Its own session: neither a terminal's Ctrl-C nor a signal to our group is for it.
        detached: true,
      });
      const reading = setInterval(() => output.read(), lookEveryMs);
      const ended = child.exited.then(() => {
        clearInterval(reading);
        output.finish();
        output.close();
        return pppdEnding(child.exitCode, child.signalCode === null ? null : `${child.signalCode}`);
      });
      return new Pppd(child.pid, processName(child.pid), ended);
    } catch (error) {
      output.close();
      throw error;
    }
  }

  /** One that an agent before this one started; undefined when it is gone. */
  static adopt(name: ProcessName): Pppd | undefined {
    if (!runs(name)) return undefined;
    return new Pppd(name.pid, name, goneOf(name));
  }

  /** What the next agent will know it by; undefined when it ended before it had a name. */
  get name(): ProcessName | undefined {
    return this.#name;
  }

  /** Lets it say goodbye, then makes it go. Resolves when it is gone. */
  async end(): Promise<void> {
    this.#signal("SIGTERM");
    const gone = await Promise.race([this.ended, Bun.sleep(goodbyeMs)]);
    if (gone !== undefined) return;
    this.#signal("SIGKILL");
    // Only the kernel can hold it now: a dead adapter. It is not waited for.
    await Promise.race([this.ended, Bun.sleep(1_000)]);
  }

  #signal(signal: NodeJS.Signals) {
    if (this.#name === undefined || !runs(this.#name)) return;
    try {
      process.kill(this.pid, signal);
    } catch {
      // It has just ended.
    }
  }
}

async function goneOf(name: ProcessName): Promise<string> {
  while (runs(name)) await Bun.sleep(lookEveryMs);
  return "pppd ended";
}
