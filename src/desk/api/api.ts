// The client API of Heartbeat: the door at which local programs sign on (heartbeat-api.md 1). It opens when this
// node has become active, and stays open until the agent ends, whatever the pulses do meanwhile.

import { bootMs } from "../../../ffi/clock.ts";
import { reasonOf } from "../../../ffi/error.ts";
import type { HaConf } from "../../config/haconf.ts";
import { parametersOf } from "../../config/parameter.ts";
import type { Effect } from "../../core/effect.ts";
import { at } from "../../core/instant.ts";
import type { Message } from "../../wire/message.ts";
import { byteString } from "../bytestring.ts";
import { IpcServer } from "../ipc/server.ts";
import type { Keeper } from "../keeper.ts";
import { Listeners } from "../listen/listeners.ts";
import type { Log } from "../log.ts";
import type { Order } from "../order.ts";
import type { Places } from "../place.ts";
import { ownHost } from "./process.ts";
import { rightsOf } from "./rights.ts";
import { Roster, type RosterOptions, type Rules } from "./roster.ts";

export interface ApiOptions {
  readonly places: Pick<Places, "register">;
  readonly log: Log;
  /** This node. */
  readonly self: string;
  readonly core: Pick<Keeper, "input" | "backlog">;
  /** Scripts that are run for what clients hear. */
  readonly scripts?: RosterOptions["scripts"];
  /** What a client asks of this node itself. */
  order(order: Order, from: string): void;
}

/** What the core has for this place. */
export type ApiEffect = Extract<Effect, { readonly do: "deliver" | "directory" | "flow" }>;

/** How often it is looked who is still there (heartbeat-api.md 9). */
const lookMs = 9_000;

export class Api {
  /** Programs on the control socket that hear what clients hear. */
  readonly listeners = new Listeners(() => this.#roster.tuned());
  readonly #options: ApiOptions;
  readonly #roster: Roster;
  #server: IpcServer | undefined;
  #looks: ReturnType<typeof setInterval> | undefined;
  #conf: HaConf | undefined;
  #nodes: readonly string[] = [];
  #isActive = false;
  #hasRules = false;
  #hasEnded = false;

  constructor(options: ApiOptions, conf: HaConf) {
    this.#options = options;
    const { self, core, order, log, scripts } = options;
    const nobody = () => "client failed authorization";
    this.#roster = new Roster(
      {
        ...{ self, core, order, processes: ownHost, listeners: this.listeners },
        log: (level, text) => log.write(level, text, "client"),
        now: () => at(bootMs()),
        ...(scripts && { scripts }),
      },
      rulesOf(conf, nobody),
    );
    this.adopt(conf);
  }

  /** Goes by this configuration from now on, or as soon as name services have answered. */
  async adopt(conf: HaConf): Promise<void> {
    this.#conf = conf;
    const authorize = await rightsOf(conf);
    if (this.#conf !== conf) return;
    this.#roster.use(rulesOf(conf, authorize));
    this.#hasRules = true;
    this.#open();
  }

  /** Why this process may not listen or speak under a client's name, or listen without one; undefined: it may. Root,
   *  who writes the rules, always may. */
  refusal(
    name: string | undefined,
    who: { readonly uid: number; readonly gid: number },
  ): string | undefined {
    return who.uid === 0 ? undefined : this.#roster.refusal(name, who);
  }

  /** The cluster's nodes; none before a core has told of them. */
  get nodes(): readonly string[] {
    return this.#nodes;
  }

  /** Says something in the name of a client. False: the cluster does not take it now. */
  say(message: Message): boolean {
    return this.#roster.isOpen && this.#roster.broadcast(message);
  }

  /** A core begins. */
  begin(): void {
    this.#roster.begin();
  }

  /** There is no core until the next one begins. */
  died(): void {
    this.#roster.pause();
  }

  effect(effect: ApiEffect): void {
    switch (effect.do) {
      case "deliver":
        this.#roster.deliver(effect);
        return;
      case "directory": {
        const { self } = this.#options;
        this.#roster.knows(effect.directory);
        this.#nodes = effect.directory.nodes.flatMap(({ name, type }) =>
          type === "normal" ? [name] : [],
        );
        this.#isActive ||= effect.directory.nodes.some(
          ({ name, status }) => name === self && status === "active",
        );
        this.#open();
        return;
      }
      case "flow":
        this.#roster.flow(effect.open);
        return;
    }
  }

  /** Every client sees the end. */
  end(): void {
    this.#hasEnded = true;
    clearInterval(this.#looks);
    this.#roster.end();
    this.#server?.close();
  }

  #open() {
    if (!this.#isActive || !this.#hasRules || this.#hasEnded || this.#looks !== undefined) return;
    const { places, log } = this.#options;
    this.#looks = setInterval(() => this.#roster.look(), lookMs);
    try {
      this.#server = new IpcServer({
        path: places.register,
        welcome: (connection) => this.#roster.welcome(connection),
      });
    } catch (error) {
      const text = `Cannot serve Heartbeat's clients at ${places.register}: ${reasonOf(error)}`;
      log.error(text, "client");
    }
  }
}

/** Messages are made of byte strings, ha.cf of characters. */
function rulesOf(conf: HaConf, authorize: Rules["authorize"]): Rules {
  const { deadtimeMs, keepaliveMs, listed } = conf;
  const parameters = new Map(
    parametersOf(conf)
      .entries()
      .map(([name, value]) => [name, byteString(value)]),
  );
  const own = conf.membership ? ["ccm"] : [];
  return { parameters, authorize, deadtimeMs, keepaliveMs, listed, own };
}
