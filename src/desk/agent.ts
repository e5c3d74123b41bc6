// `hb agent`: everything on the desk put together, from the first look at the files to the last log
// line. It decides nothing about the cluster: the core in the pulse does, and its effects come
// here.

import { bootMs } from "../../ffi/clock.ts";
import type { ClusterConfig } from "../config/cluster.ts";
import { deviceOf } from "../config/fencing.ts";
import type { HaConf } from "../config/haconf.ts";
import { problemLine } from "../config/render.ts";
import type { DeskEffect } from "../core/channel.ts";
import { at, type Instant } from "../core/instant.ts";
import type { Snapshot } from "../core/snapshot.ts";
import type { AgentOptions, Ending } from "./agentoptions.ts";
import { beginAnew } from "./anew.ts";
import { sealFile } from "./carp/place.ts";
import { RouterDesk } from "./carp/routers.ts";
import type { Children } from "./children/children.ts";
import { Control } from "./control.ts";
import { firstLine } from "./disk.ts";
import { type DoorOptions, Doors } from "./doors.ts";
import { scriptEnvironment } from "./environment.ts";
import { Fencer } from "./fencing/fencer.ts";
import { Fifo } from "./fifo.ts";
import type { Identity } from "./identity.ts";
import { Keeper } from "./keeper.ts";
import { openDoor } from "./listen/door.ts";
import type { Log } from "./log.ts";
import { logPlacesOf } from "./logd/use.ts";
import { Notify } from "./notify.ts";
import { Operator } from "./operator.ts";
import type { Places } from "./place.ts";
import { Ppp } from "./ppp/links.ts";
import { ownCommand } from "./pulse.ts";
import { Queue } from "./queue.ts";
import { reboot } from "./reboot.ts";
import { Remember } from "./remember.ts";
import { resetSentence, sentenceOf } from "./sentence.ts";
import type { StatusPage } from "./statuspage/statuspage.ts";

const lastWordsMs = 1_000;
const leaving = "everything here is released first";

export class Agent {
  readonly #options: AgentOptions;
  readonly #places: Places;
  readonly #log: Log;
  readonly #identity: Identity;
  readonly #page: StatusPage;
  readonly #children: Children;
  readonly #remember: Remember;
  readonly #queue: Queue;
  readonly #fencer: Fencer;
  readonly #keeper: Keeper;
  readonly #notify = new Notify();
  readonly #operator: Operator;
  readonly #ppp: Ppp;
  readonly #routers: RouterDesk;
  readonly #doors: Doors;
  readonly #ended = Promise.withResolvers<Ending>();
  #cluster: ClusterConfig;
  #conf: HaConf;
  #control: Control | undefined;
  #programs: Control | undefined;
  #fifo: Fifo | undefined;
  #signals = 0;

  constructor(options: AgentOptions) {
    const { places, log, cluster, conf, identity, page, children } = options;
    this.#options = options;
    this.#places = places;
    this.#log = log;
    this.#cluster = cluster;
    this.#conf = conf;
    this.#identity = identity;
    this.#page = page;
    this.#children = children;
    const boot = firstLine("/proc/sys/kernel/random/boot_id", "");
    this.#remember = new Remember(places, boot, (text) => log.error(text, "memory"));
    const environment = () => scriptEnvironment(this.#conf, this.#cluster.self, places);
    this.#queue = new Queue({ places, log, environment });
    this.#fencer = new Fencer({ places, log, environment });
    this.#keeper = new Keeper({
      command: ownCommand(["pulse"]),
      config: cluster,
      log,
      running: places.beating,
      events: {
        boot: () => this.#identity.next((text) => this.#log.warn(text, "generation")),
        masters: () => this.#routers.masters,
        grant: () => this.#routers.grant(),
        memory: () => this.#remember.memory,
        ready: () => this.#ready(),
        alive: (moment) => this.#alive(at(moment)),
        effect: (effect, life) => this.#effect(effect, life),
        published: (snapshot) => this.#published(snapshot),
        died: () => this.#died(),
        hopeless: (reason) => this.#give(reason),
      },
    });
    this.#ppp = new Ppp({ places, log, tell: (message) => this.#keeper.tell(message) }, cluster);
    this.#routers = new RouterDesk(cluster.routers, {
      log,
      directory: places.run,
      inherits: false,
      running: places.calling,
      seal: sealFile(places.state),
      input: (input, life) => void this.#keeper.input(input, life),
      tell: (message) => void this.#keeper.tell(message),
    });
    const { self } = cluster;
    const order: DoorOptions["order"] = (asked, from) =>
      void this.#operator.carryOut(asked, { from, topic: "client" });
    this.#doors = new Doors({ places, log, self, core: this.#keeper, order }, conf);
    const { api } = this.#doors;
    this.#operator = new Operator({ keeper: this.#keeper, log, ppp: this.#ppp, children, api });
  }

  /** Runs until this node has left the cluster, or another agent shall go on. */
  async run(): Promise<Ending> {
    const places = this.#places;
    const left = this.#remember.recall();
    if (left !== undefined) {
      const text = `An agent ended here ${Math.round(bootMs() - left.at)} ms ago without leaving`;
      this.#log.warn(`${text}: looking after what it left`, "adopt");
    }
    try {
      await this.#open(places);
    } catch (error) {
      await this.#close();
      throw error;
    }
    const stop = this.#options.hearSignals({
      end: () => this.#asked(),
      anew: () => void this.#anew(),
      reload: () => this.#reload(),
    });
    this.#routers.start();
    this.#useDevice();
    this.#keeper.start();
    this.#ppp.start(this.#cluster);
    this.#page.use(this.#operator, this.#conf.statusPage);
    this.#doors.use(this.#conf, this.#cluster);
    this.#notify.beat();
    const ending = await this.#ended.promise;
    stop();
    // What a killed agent would leave to the next one is left to it: links, scripts, what is up.
    await (ending === "anew" ? this.#log.drained(lastWordsMs) : this.#close());
    return ending;
  }

  async #open(places: Places) {
    this.#control = await Control.listen(places.socket, (request, visit) =>
      this.#operator.serve(request, visit),
    );
    this.#programs = await openDoor(places.programs, this.#operator.hall, this.#log);
    this.#fifo = new Fifo(
      places.fifo,
      (text) => this.#operator.order(text),
      (why) => this.#log.error(why, "fifo"),
    );
  }

  #alive(moment: Instant) {
    this.#remember.alive(moment);
    this.#routers.alive(moment);
    this.#doors.beat();
  }

  #published(snapshot: Snapshot) {
    this.#routers.published(snapshot);
    this.#children.published(snapshot);
    this.#doors.api.listeners.published(snapshot);
    this.#notify.status(sentenceOf(snapshot));
  }

  #ready() {
    this.#ppp.tell();
    this.#routers.ready();
    this.#doors.begin();
    this.#notify.ready();
    if (this.#signals > 0) this.#leave();
  }

  #died() {
    this.#doors.died();
    this.#operator.unanswered({ ok: false, text: "The pulse ended: ask again" });
  }

  #effect(effect: DeskEffect, life: number) {
    switch (effect.do) {
      case "run":
        this.#queue.run(effect, (report) => this.#keeper.input({ on: "result", ...report }, life));
        return;
      case "fence":
        this.#fencer.fence(effect, (end) => this.#keeper.input({ on: "fenced", ...end }, life));
        return;
      case "call":
        this.#routers.call(effect, life);
        return;
      case "log":
        this.#log.write(effect.level, effect.text, effect.topic, effect.fields);
        return;
      case "remember":
        this.#remember.keep(effect.memory);
        return;
      case "hostcache":
        this.#identity.learned(effect.hosts, effect.deleted);
        return;
      case "reply":
        this.#operator.answered(effect.request, { ok: effect.ok, text: effect.text });
        return;
      case "deliver":
      case "directory":
      case "flow":
      case "consensus":
        this.#doors.effect(effect);
        return;
      case "restart":
        this.#log.warn(`Beginning anew with a higher generation: ${effect.reason}`, "restart");
        if (effect.above === undefined) this.#remember.forget();
        else this.#identity.outrun(effect.above);
        this.#keeper.expectRestart();
        return;
      case "exit":
        this.#log.write("info", effect.reason, "exit", {});
        this.#routers.forget();
        this.#remember.forget();
        // No further life of the pulse while they take their time.
        this.#keeper.end();
        void this.#children.leave().then(() => this.#ended.resolve(0));
        return;
      case "reboot":
        reboot(effect.reason, this.#log);
        return;
    }
  }

  /** The first signal leaves in good order, the second does not wait for scripts, the third for
   *  nothing. */
  #asked() {
    this.#signals += 1;
    switch (this.#signals) {
      case 1:
        this.#notify.stopping();
        this.#log.write("info", `Leaving the cluster: ${leaving}`, "leave", { status: "leaving" });
        if (this.#keeper.ready) this.#leave();
        return;
      case 2:
        this.#log.warn("Hurrying: the scripts that run are ended", "leave");
        this.#queue.killAll("ended: the agent hurries");
        this.#routers.hurry("ended: the agent hurries");
        this.#children.hurry();
        return;
      default:
        this.#give("Ended at once: what was up here may still be up");
    }
  }

  #useDevice() {
    const { fencing, self, nodes } = this.#cluster;
    this.#fencer.use(fencing === undefined ? undefined : deviceOf(this.#conf, self), nodes);
  }

  #anew(): Promise<void> {
    return beginAnew({
      log: this.#log,
      isBusy: () => this.#queue.busy > 0,
      circumstances: () => ({
        isSupervised: this.#notify.isHeard,
        isLeaving: this.#signals > 0,
        deadtimeMs: this.#cluster.timing.deadtimeMs,
      }),
      end: () => this.#ended.resolve("anew"),
    });
  }

  async #leave() {
    // Pacemaker leaves first, and says so to the others.
    if (!this.#cluster.managesResources) await this.#children.leave();
    const { ok, text } = await this.#operator.command({ name: "leave" });
    // When the pulse died of it, the next one is told when it is ready.
    if (!ok && this.#keeper.ready) this.#log.error(`Cannot leave: ${text}`, "leave");
  }

  async #reload() {
    this.#log.info("Reading the configuration again", "reload");
    this.#notify.reloading(Number(process.hrtime.bigint()) / 1e6);
    const settings = await this.#options.reader.read();
    for (const problem of settings.problems) {
      const level = problem.level === "error" ? "error" : "warn";
      this.#log.write(level, problemLine(problem), "reload");
    }
    if (settings.good && settings.cluster.self !== this.#cluster.self) {
      const names = `"${this.#cluster.self}" to "${settings.cluster.self}"`;
      this.#log.error(`Nothing is changed: the node's name changed from ${names}`, "reload");
    } else if (settings.good) {
      this.#cluster = settings.cluster;
      this.#conf = settings.conf;
      this.#log.open(logPlacesOf(settings.conf, this.#places.state));
      this.#options.notice.use(settings.conf.notify);
      this.#page.use(this.#operator, this.#conf.statusPage);
      this.#doors.adopt(this.#conf, this.#cluster);
      this.#routers.adopt(settings.cluster.routers);
      this.#useDevice();
      this.#keeper.adopt(settings.cluster);
      this.#ppp.adopt(settings.cluster);
      this.#children.adopt(settings);
      const fields = { haCf: settings.isHaCfNew ? "new" : "same" } as const;
      this.#log.write("info", "The configuration is adopted", "reload", fields);
    } else {
      this.#log.error("Nothing is changed: the configuration has problems", "reload");
      // Who rotates logs sends SIGHUP too.
      this.#log.open(logPlacesOf(this.#conf, this.#places.state));
    }
    this.#notify.reloaded();
  }

  /** Ends without having left; what is remembered is for the next agent. */
  #give(reason: string) {
    this.#log.error(reason, "exit");
    const { guardS } = this.#keeper;
    if (guardS !== undefined) this.#log.error(resetSentence(guardS), "watchdog");
    this.#ended.resolve(1);
  }

  async #close() {
    this.#notify.rest();
    this.#operator.unanswered({ ok: true, text: "The agent has ended" });
    this.#fifo?.close();
    this.#doors.end();
    this.#page.close();
    this.#routers.end();
    this.#fencer.end();
    this.#keeper.end();
    await Promise.race([this.#keeper.gone(), Bun.sleep(lastWordsMs)]);
    // After the pulse: its goodbye leaves over these links.
    await this.#ppp.end();
    this.#control?.close();
    this.#programs?.close();
    this.#log.info("The agent has ended", "exit");
    await this.#log.drained(lastWordsMs);
  }
}
