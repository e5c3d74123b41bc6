// A host for tests of the agent whole: its files, its network, the agents that ran on it. Run from the
// sources, alone in a network namespace.

import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Snapshot } from "../../src/core/snapshot.ts";
import { ask } from "../../src/desk/client.ts";
import { placesOf } from "../../src/desk/place.ts";

const main = join(import.meta.dir, "../../src/main.ts");

/** A node that is alone with its network; quick, since nobody else has to keep up. */
export const haCf = `keepalive 100ms
deadtime 500ms
initdead 500ms
bcast eth0
auto_failback off
on_stop_failure ignore
node alice bob
`;

/** Those of this test file that were made and not destroyed yet. */
export const started = new Set<AgentHost>();

/** A host: its files, its network, and the agents that ran there. */
export class AgentHost {
  readonly places;
  readonly #network: Bun.Subprocess;
  agent: Bun.Subprocess<"ignore", "pipe", "pipe"> | undefined;
  /** Is there when an agent would have rebooted its host. */
  readonly rebooted: string;
  log = "";

  /** `home`: an empty directory of its own. */
  constructor(home: string) {
    this.places = placesOf({
      conf: join(home, "ha.d"),
      state: join(home, "state"),
      run: join(home, "run"),
    });
    this.rebooted = join(home, "rebooted");
    mkdirSync(join(this.places.conf, "resource.d"), { recursive: true });
    this.write("nodeinfo", "Alice\n");
    this.write("ha.cf", haCf);
    this.write("authkeys", "auth 1\n1 sha1 correct-horse-battery\n", 0o600);
    this.write("haresources", "alice 10.77.0.10/24/eth0 svc\n");
    const state = join(home, "svc.up");
    this.script(
      "svc",
      `case $1 in
start) touch ${state};;
stop) rm -f ${state};;
status) [ -e ${state} ] && echo running || echo stopped;;
esac`,
    );
    started.add(this);
    // It lives as long as this process holds its stdin.
    this.#network = Bun.spawn(["unshare", "--net", "cat"], { stdio: ["pipe", "ignore", "ignore"] });
  }

  /** Makes the interface; resolves when it can be used. */
  async network(): Promise<void> {
    while (!this.#isApart()) await Bun.sleep(5);
    const commands = [
      "ip link add eth0 type veth peer name cable",
      "ip addr add 10.77.0.1/24 dev eth0",
      "ip link set eth0 up",
      "ip link set cable up",
    ].join(" && ");
    await this.inside("sh", "-c", commands).exited;
  }

  #isApart(): boolean {
    const own = Bun.spawnSync(["readlink", "/proc/self/ns/net"]).stdout.toString();
    const its = Bun.spawnSync(["readlink", `/proc/${this.#network.pid}/ns/net`]).stdout.toString();
    return its !== "" && its !== own;
  }

  inside(...argv: string[]) {
    return Bun.spawn(["nsenter", `--net=/proc/${this.#network.pid}/ns/net`, ...argv], {
      stdio: ["ignore", "pipe", "pipe"],
    });
  }

  write(name: string, text: string, mode = 0o644) {
    writeFileSync(join(this.places.conf, name), text);
    chmodSync(join(this.places.conf, name), mode);
  }

  script(name: string, body: string) {
    this.write(join("resource.d", name), `#!/bin/sh\n${body}\n`, 0o755);
  }

  /** What runs an agent of this host. */
  command(variables: Record<string, string> = {}): string[] {
    const { conf, state, run } = this.places;
    const words = ["agent", "--dir", conf, "--state-dir", state, "--run-dir", run];
    // No agent of a test may ever reboot the machine that tests it.
    const harmless = { HB_REBOOT_COMMAND: `touch ${this.rebooted}` };
    const set = Object.entries({ ...harmless, ...variables }).map(
      ([name, value]) => `${name}=${value}`,
    );
    return ["env", ...set, process.execPath, main, ...words, "--log-level", "debug"];
  }

  start(variables: Record<string, string> = {}): void {
    this.#begin(this.command(variables));
  }

  /** As a service manager starts it that would kill it for a hang, and start the next one. */
  startWatched(): void {
    const variables = {
      NOTIFY_SOCKET: join(this.places.run, "manager"),
      WATCHDOG_USEC: "30000000",
    };
    const watched = 'export WATCHDOG_PID=$$; exec "$@"';
    this.#begin(["sh", "-c", watched, "sh", ...this.command(variables)]);
  }

  #begin(command: readonly string[]) {
    const agent = this.inside(...command);
    this.agent = agent;
    this.#read(agent.stderr);
  }

  async #read(stream: ReadableStream<Uint8Array>) {
    for await (const bytes of stream) this.log += Buffer.from(bytes).toString();
  }

  /** The agent's own pid: nsenter execs it. */
  get pid(): number {
    return Number(readFileSync(this.places.pid, "utf8"));
  }

  get pulse(): number {
    const pid = [...this.log.matchAll(/Pulse ([0-9]+), generation/g)].at(-1)?.[1];
    return Number(pid);
  }

  async status(): Promise<Snapshot | undefined> {
    const result = await ask(this.places.socket, { ask: "status" });
    return result.kind === "done" ? result.answer.snapshot : undefined;
  }

  async addresses(): Promise<string> {
    return await new Response(this.inside("ip", "-br", "addr", "show", "eth0").stdout).text();
  }

  /** Waits until it is so; a story that does not come to its end shows the log. */
  async until(what: (host: AgentHost) => boolean | Promise<boolean>): Promise<void> {
    const patience = performance.now() + 20_000;
    while (!(await what(this))) {
      if (performance.now() > patience) throw new Error(`It does not come to that:\n${this.log}`);
      await Bun.sleep(10);
    }
  }

  async holds(): Promise<void> {
    await this.until(async () => (await this.status())?.groups[0]?.state === "held");
  }

  async destroy() {
    const { agent } = this;
    if (agent !== undefined && agent.exitCode === null && agent.signalCode === null) {
      agent.kill("SIGKILL");
      await agent.exited;
    }
    this.#network.kill("SIGKILL");
    await this.#network.exited;
  }
}
