// Who held which address, and since when: the kernel's own address events, one `ip monitor` per host.
//
// Nothing is sampled: a holding of one millisecond is seen. Times are those at which the kernel's
// event was read, on the wall clock of the machine that carries the lab.

import { run } from "./shell.ts";
import { until, wallMs } from "./until.ts";

export interface Change {
  readonly atMs: number;
  readonly host: string;
  readonly address: string;
  readonly up: boolean;
}

const EVENT = /^\[([^\]]+)\] (Deleted )?\d+:\s+(\S+)\s+inet6? ([0-9a-fA-F.:]+)/;

/** Listens to the kernels of some hosts. */
export class AddressWatch {
  readonly changes: Change[] = [];
  readonly #holding = new Map<string, Set<string>>();
  readonly #monitors = new Map<string, Bun.Subprocess<"ignore", "pipe", "ignore">>();
  readonly #listeners = new Set<(change: Change) => void>();

  /** Begins to watch a host, known by the pid of its init. Returns when no event can be missed. */
  async watch(host: string, initpid: number): Promise<void> {
    this.forget(host);
    const holding = new Set<string>();
    this.#holding.set(host, holding);
    const net = ["nsenter", "-t", `${initpid}`, "-n", "--"];
    const monitor = Bun.spawn([...net, "ip", "-ts", "-o", "monitor", "address"], {
      stdin: "ignore",
      stdout: "pipe",
      stderr: "ignore",
      env: { ...process.env, TZ: "UTC" },
    });
    this.#monitors.set(host, monitor);
    let echoed = false;
    void this.#read(monitor, (line) => {
      if (line.includes(ECHO)) echoed = true;
      else this.#event(host, holding, line);
    });
    // The monitor is deaf until it has subscribed: make events until it hears one.
    await until({ what: `the address monitor of ${host}`, withinMs: 5_000 }, async () => {
      await run([...net, "ip", "addr", "add", `${ECHO}/32`, "dev", "lo"]);
      await run([...net, "ip", "addr", "del", `${ECHO}/32`, "dev", "lo"]);
      return echoed;
    });
    const listed = await run([...net, "ip", "-j", "addr"]);
    for (const address of addressesOf(listed.stdout)) this.#change(host, holding, address, true);
  }

  /** Stops to watch a host, for one that is switched off. */
  forget(host: string): void {
    this.#monitors.get(host)?.kill("SIGKILL");
    this.#monitors.delete(host);
    for (const address of [...(this.#holding.get(host) ?? [])]) {
      this.#change(host, this.#holding.get(host) ?? new Set(), address, false);
    }
    this.#holding.delete(host);
  }

  stop(): void {
    for (const monitor of this.#monitors.values()) monitor.kill("SIGKILL");
    this.#monitors.clear();
  }

  /** Hosts that hold an address now, in name order. */
  holders(address: string): string[] {
    return [...this.#holding]
      .filter(([, held]) => held.has(address))
      .map(([host]) => host)
      .sort();
  }

  /** Waits until exactly these hosts hold the address. */
  async held(address: string, by: readonly string[], withinMs: number): Promise<void> {
    const want = [...by].sort().join(" ");
    if (this.holders(address).join(" ") === want) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const look = () => {
      if (this.holders(address).join(" ") === want) resolve();
    };
    const timer = setTimeout(() => {
      const have = this.holders(address).join(" ") || "nobody";
      reject(
        new Error(
          `Waited ${withinMs} ms in vain for ${address} on ${want || "nobody"}: it is on ${have}`,
        ),
      );
    }, withinMs);
    this.#listeners.add(look);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      this.#listeners.delete(look);
    }
  }

  /** Calls back for each change from now on. */
  tell(listener: (change: Change) => void): void {
    this.#listeners.add(listener);
  }

  /** Changes of one address since a moment. */
  since(address: string, fromMs: number): Change[] {
    return this.changes.filter((change) => change.address === address && change.atMs >= fromMs);
  }

  /** Longest time that two or more hosts held the address together, since a moment. */
  overlapMs(address: string, fromMs = 0): number {
    const holders = new Set<string>();
    let since: number | undefined;
    let longest = 0;
    for (const change of [...this.changes].sort((a, b) => a.atMs - b.atMs)) {
      if (change.address !== address) continue;
      if (change.up) holders.add(change.host);
      else holders.delete(change.host);
      if (holders.size > 1) since ??= Math.max(change.atMs, fromMs);
      else if (since !== undefined) {
        longest = Math.max(longest, change.atMs - since);
        since = undefined;
      }
    }
    if (since !== undefined) longest = Math.max(longest, wallMs() - since);
    return longest;
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

  #event(host: string, holding: Set<string>, line: string): void {
    const match = EVENT.exec(line);
    const [, stamp, deleted, , address] = match ?? [];
    if (stamp === undefined || address === undefined) return;
    this.#change(host, holding, address, deleted === undefined, stampMs(stamp));
  }

  #change(host: string, holding: Set<string>, address: string, up: boolean, atMs = wallMs()): void {
    if (holding.has(address) === up) return;
    if (up) holding.add(address);
    else holding.delete(address);
    const change = { atMs, host, address, up };
    this.changes.push(change);
    for (const listener of this.#listeners) listener(change);
  }
}

// A link-local address that no lab uses, put on lo and removed to see whether the monitor listens.
const ECHO = "169.254.255.1";

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
