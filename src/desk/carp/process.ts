// The desk of `hb carp`: everything put together around a pulse that hosts virtual routers alone. It
// decides nothing about mastership. With ucarp's manners it also dies of signals as ucarp does (carp.md 10).

import { rmSync } from "node:fs";
import { bootMs } from "../../../ffi/clock.ts";
import { reasonOf } from "../../../ffi/error.ts";
import { printRouter } from "../../config/carp/print.ts";
import { problemLine } from "../../config/render.ts";
import type { DeskEffect } from "../../core/channel.ts";
import type { Command } from "../../core/input.ts";
import { at } from "../../core/instant.ts";
import type { Snapshot } from "../../core/snapshot.ts";
import { Control } from "../control.ts";
import { inTurn, serveHangup } from "../hangup.ts";
import { Keeper } from "../keeper.ts";
import type { Log } from "../log.ts";
import { Notify } from "../notify.ts";
import { Pending, type Reply } from "../pending.ts";
import { processName } from "../process.ts";
import { ownCommand } from "../pulse.ts";
import { type Answer, commandOf, type Request } from "../request.ts";
import { carpCluster } from "./cluster.ts";
import { isGood, readCarpFile } from "./file.ts";
import { carpDirectory, carpPids, carpRunning, carpSocket, sealFile } from "./place.ts";
import { RouterDesk } from "./routers.ts";
import type { CarpStart } from "./start.ts";

const lastWordsMs = 1_000;
const snapshotMs = 2_000;
const nobody = "0".repeat(32);

export class CarpProcess {
  readonly #start: CarpStart;
  readonly #log: Log;
  readonly #keeper: Keeper;
  readonly #routers: RouterDesk;
  readonly #pending = new Pending();
  readonly #notify = new Notify();
  readonly #ended = Promise.withResolvers<0 | 1>();
  /** What runs, as `carp` lines. */
  #lines: readonly string[];
  #control: Control | undefined;
  #signals = 0;
  #generation = 0;

  /** `isUsable`: the run directory is there. Without one nobody can ask, and nothing else is lost. */
  constructor(start: CarpStart, log: Log, isUsable: boolean) {
    const { routers, like } = start;
    this.#start = start;
    this.#lines = start.lines;
    this.#log = log;
    const [first] = routers;
    const mayEnd = isUsable && like === "hb";
    const running = first && mayEnd ? carpRunning(start.run, first) : undefined;
    this.#routers = new RouterDesk(routers, {
      log,
      directory: isUsable ? carpDirectory(start.run) : "/tmp",
      inherits: like === "ucarp",
      ...(running === undefined ? {} : { running }),
      seal: sealFile(start.state),
      input: (input, life) => void this.#keeper.input(input, life),
      tell: (message) => void this.#keeper.tell(message),
    });
    this.#keeper = new Keeper({
      command: ownCommand(["pulse"]),
      config: carpCluster(routers),
      log,
      only: "routers",
      events: {
        boot: () => this.#boot(),
        masters: () => this.#routers.masters,
        grant: () => this.#routers.grant(),
        memory: () => undefined,
        ready: () => this.#ready(),
        alive: (moment) => this.#routers.alive(at(moment)),
        effect: (effect, life) => this.#effect(effect, life),
        published: (snapshot) => this.#published(snapshot),
        died: () => this.#pending.answerAll({ ok: false, text: "The pulse ended: ask again" }),
        hopeless: (reason) => this.#give(reason),
      },
    });
  }

  /** Runs until everything has left; gives the exit code. */
  async run(): Promise<0 | 1> {
    await this.#listen();
    const stop = this.#hearSignals();
    this.#routers.start();
    this.#keeper.start();
    const code = await this.#ended.promise;
    stop();
    await this.#close();
    return code;
  }

  #boot() {
    // Numbers of jobs of different lives must not meet, also over restarts of this process.
    this.#generation = Math.max(this.#generation + 1, Math.floor(bootMs() / 1_000));
    return { uuid: nobody, generation: this.#generation, hostcache: [], delhostcache: [] };
  }

  async #listen() {
    const { run, like } = this.#start;
    // What killed processes left: nobody of that pid is there.
    for (const pid of carpPids(run)) {
      if (processName(pid) === undefined) rmSync(carpSocket(run, pid), { force: true });
    }
    try {
      const socket = carpSocket(run, process.pid);
      this.#control = await Control.listen(socket, (request) => this.#serve(request));
    } catch (error) {
      const level = like === "ucarp" ? "debug" : "warn";
      this.#log[level](`Nobody can ask: no control socket: ${reasonOf(error)}`, "control");
    }
  }

  #ready() {
    this.#notify.ready();
    this.#routers.ready();
    if (this.#signals > 0) void this.#leave();
  }

  #published(snapshot: Snapshot) {
    this.#routers.published(snapshot);
    const { routers } = snapshot;
    const masters = routers.filter(({ state }) => state === "master").length;
    this.#notify.status(`master of ${masters} of ${routers.length} virtual routers`);
  }

  #effect(effect: DeskEffect, life: number) {
    switch (effect.do) {
      case "call":
        this.#routers.call(effect, life);
        return;
      case "log":
        this.#log.write(effect.level, effect.text, effect.topic, effect.fields);
        return;
      case "reply":
        this.#pending.answer(effect.request, { ok: effect.ok, text: effect.text });
        return;
      case "restart":
        this.#keeper.expectRestart();
        return;
      case "exit":
        this.#log.info(`Ending: ${effect.reason}`, "exit");
        this.#routers.forget();
        this.#ended.resolve(0);
        return;
      case "run":
      case "remember":
      case "hostcache":
      case "reboot":
        // Of clusters alone.
        return;
    }
  }

  #command(command: Command): Promise<Reply> {
    if (!this.#keeper.ready) {
      return Promise.resolve({ ok: false, text: "The process is starting: ask again in a moment" });
    }
    const { request, reply } = this.#pending.open();
    this.#keeper.input({ on: "command", request, command });
    return reply;
  }

  async #serve(request: Request): Promise<Answer> {
    if (request.ask === "status") {
      const snapshot = await this.#keeper.snapshot(snapshotMs);
      if (snapshot !== undefined) return { say: "done", ok: true, text: "", snapshot };
      return { say: "done", ok: false, text: "The pulse gives no answer" };
    }
    if (request.ask === "routers") return { say: "done", ok: true, text: this.#lines.join("\n") };
    const command = commandOf(request);
    if (command === undefined) return { say: "done", ok: false, text: "Not for virtual routers" };
    return { say: "done", ...(await this.#command(command)) };
  }

  #hearSignals(): () => void {
    const { like, routers } = this.#start;
    const end = () => this.#asked();
    const state = () => void this.#tellState();
    const hand = () => void this.#command({ name: "yield" });
    const handlers: [NodeJS.Signals, () => void][] = [
      ["SIGUSR1", state],
      ["SIGUSR2", hand],
    ];
    // ucarp without -z simply dies: the pulse then ends by itself, and touches nothing.
    const leaves = like === "hb" || routers.every(({ shutdown }) => shutdown);
    if (leaves) handlers.push(["SIGTERM", end], ["SIGINT", end], ["SIGQUIT", end]);
    if (like === "ucarp" && leaves) handlers.push(["SIGHUP", end]);
    for (const [signal, handler] of handlers) process.on(signal, handler);
    const stop = like === "hb" ? serveHangup(inTurn(() => this.#reload())) : undefined;
    return () => {
      for (const [signal, handler] of handlers) process.off(signal, handler);
      stop?.();
    };
  }

  /** The first signal leaves in good order, the second does not wait for scripts, the third for
   *  nothing. ucarp waits for its script, whatever it is told. */
  #asked() {
    this.#signals += 1;
    if (this.#signals === 1) {
      this.#notify.stopping();
      this.#log.info("Leaving: everything here is released first", "leave");
      if (this.#keeper.ready) void this.#leave();
    } else if (this.#start.like === "hb" && this.#signals === 2) {
      this.#log.warn("Hurrying: the scripts that run are ended", "leave");
      this.#routers.hurry("ended: the process hurries");
    } else if (this.#start.like === "hb") {
      this.#give("Ended at once: what was up here may still be up");
    }
  }

  async #leave() {
    const { ok, text } = await this.#command({ name: "leave" });
    // When the pulse died of it, the next one is told when it is ready.
    if (!ok && this.#keeper.ready) this.#log.error(`Cannot leave: ${text}`, "leave");
  }

  /** ucarp's answer to SIGUSR1. While its script runs it hears no signal (carp.md 10). */
  async #tellState() {
    const { like } = this.#start;
    let snapshot = await this.#keeper.snapshot(snapshotMs);
    for (let called = this.#routers.called; like === "ucarp" && called !== undefined; ) {
      await called;
      snapshot = await this.#keeper.snapshot(snapshotMs);
      called = this.#routers.called;
    }
    for (const { state, device, vhid } of snapshot?.routers ?? []) {
      this.#log.info(`${state.toUpperCase()} on ${device} id ${vhid}`, "carp");
    }
  }

  async #reload() {
    const { file, standardPassword } = this.#start;
    if (file === undefined) {
      this.#log.warn("There is no file to read again: the routers came by options", "reload");
      return;
    }
    this.#notify.reloading(Number(process.hrtime.bigint()) / 1e6);
    const settings = readCarpFile(file, standardPassword);
    for (const problem of settings.problems) {
      this.#log.write(problem.level === "error" ? "error" : "warn", problemLine(problem), "reload");
    }
    if (isGood(settings)) {
      this.#lines = settings.lines.map(printRouter);
      this.#routers.adopt(settings.routers);
      this.#keeper.adopt(carpCluster(settings.routers));
      this.#log.info("The configuration is adopted", "reload");
    } else this.#log.error("Nothing is changed: the configuration has problems", "reload");
    this.#notify.reloaded();
  }

  /** Ends without having left: the kernel takes leased addresses down. */
  #give(reason: string) {
    this.#log.error(reason, "exit");
    this.#ended.resolve(1);
  }

  async #close() {
    this.#notify.stopping();
    this.#pending.answerAll({ ok: true, text: "The process has ended" });
    this.#routers.end();
    this.#keeper.end();
    await Promise.race([this.#keeper.gone(), Bun.sleep(lastWordsMs)]);
    this.#control?.close();
    await this.#log.drained(lastWordsMs);
  }
}
