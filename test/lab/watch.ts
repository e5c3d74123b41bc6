// Who held which address, and since when: the kernel's own address events, one `ip monitor` per host.
//
// Nothing is sampled: a holding of one millisecond is seen. Times are those at which the kernel's
// event was read, on the wall clock of the machine that carries the lab.

import { Holdings } from "./holding.ts";
import { run } from "./shell.ts";
import { SOON_MS, until } from "./until.ts";

const EVENT = /^\[([^\]]+)\] (Deleted )?\d+:\s+(\S+)\s+inet6? ([0-9a-fA-F.:]+)/;

/** Listens to the kernels of some hosts. */
export class AddressWatch extends Holdings {
  readonly #monitors = new Map<string, Bun.Subprocess<"ignore", "pipe", "ignore">>();

  /** Begins to watch a host, known by the pid of its init. Returns when no event can be missed. */
  async watch(host: string, initpid: number): Promise<void> {
    this.forget(host);
    const net = ["nsenter", "-t", `${initpid}`, "-n", "--"];
    const prompt = (await promptly()) ? ["chrt", "-r", `${PRIORITY}`] : [];
    const monitor = Bun.spawn([...net, ...prompt, "ip", "-ts", "-o", "monitor", "address"], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "ignore",
      env: { ...process.env, TZ: "UTC" },
    });
    this.#monitors.set(host, monitor);
    let echoed = false;
    void this.#read(monitor, (line) => {
      if (line.includes(ECHO)) echoed = true;
      else this.#event(host, line);
    });
    // The monitor is deaf until it has subscribed: make events until it hears one.
    await until({ what: `the address monitor of ${host}`, withinMs: SOON_MS }, async () => {
      await run([...net, "ip", "addr", "add", `${ECHO}/32`, "dev", "lo"]);
      await run([...net, "ip", "addr", "del", `${ECHO}/32`, "dev", "lo"]);
      return echoed;
    });
    const listed = await run([...net, "ip", "-j", "addr"]);
    for (const address of addressesOf(listed.stdout)) this.note(host, address, true);
  }

  /** Stops to watch a host, for one that is switched off. */
  override forget(host: string): void {
    this.#monitors.get(host)?.kill("SIGKILL");
    this.#monitors.delete(host);
    super.forget(host);
  }

  stop(): void {
    for (const monitor of this.#monitors.values()) monitor.kill("SIGKILL");
    this.#monitors.clear();
  }

  async #read(monitor: Bun.Subprocess<"ignore", "pipe", "ignore">, line: (text: string) => void) {
    const decoder = new TextDecoder();
    let rest = "";
    for await (const bytes of monitor.stdout) {
      rest += decoder.decode(bytes, { stream: true });
      const lines = rest.split("\n");
      rest = lines.pop() ?? "";
      for (const one of lines) line(one);
    }
  }

  #event(host: string, line: string): void {
    const match = EVENT.exec(line);
    const [, stamp, deleted, , address] = match ?? [];
    if (stamp === undefined || address === undefined) return;
    this.note(host, address, deleted === undefined, stampMs(stamp));
  }
}

// A link-local address that no lab uses, put on lo and removed to see whether the monitor listens.
const ECHO = "169.254.255.1";

/** Above the pulses: an observer that waits for a processor would stamp an event when it is old. */
const PRIORITY = 20;
let permitted: Promise<boolean> | undefined;

/** Whether this machine lets a process be prompt; where it does not, events are stamped late. */
function promptly(): Promise<boolean> {
  permitted ??= run(["chrt", "-r", `${PRIORITY}`, "true"]).then(({ code }) => code === 0);
  return permitted;
}

/** Microseconds of "2026-11-21T03:30:00.123456" survive: Date keeps only milliseconds. */
function stampMs(stamp: string): number {
  const [seconds, fraction = "0"] = stamp.split(".");
  return Date.parse(`${seconds}Z`) + Number(`0.${fraction}`) * 1_000;
}

interface Listed {
  readonly addr_info?: readonly { readonly local?: string }[];
}

function addressesOf(json: string): string[] {
  if (json.trim() === "") return [];
  const links = JSON.parse(json) as Listed[];
  return links.flatMap((link) => (link.addr_info ?? []).flatMap((info) => info.local ?? []));
}
