// The clients of the API that are here: who has which name, what the cluster hears of them, and what they hear
// of the cluster (heartbeat-api.md 5–9).
//
// Nothing here waits: a client that does not read what it is told is sent away. What a client says goes to the
// core, and comes back from there for those here, in the order of all that this node says.

import { clstat } from "../../core/clients/clstat.ts";
import type { Directory } from "../../core/clients/directory.ts";
import { filter } from "../../core/clients/filter.ts";
import type { Effect, Level } from "../../core/effect.ts";
import type { Instant } from "../../core/instant.ts";
import { Complaint } from "../../core/membership/complaint.ts";
import { encodeBody } from "../../wire/ipc/body.ts";
import { type Message, text, textOf } from "../../wire/message.ts";
import { decodeNetstring, netstringText } from "../../wire/netstring.ts";
import type { Keeper } from "../keeper.ts";
import type { Listeners } from "../listen/listeners.ts";
import { type Order, orderOf } from "../order.ts";
import type { Harc } from "../rcd/harc.ts";
import type { Answer } from "./answer.ts";
import { Client, type House, type Line } from "./client.ts";
import { Pace } from "./pace.ts";
import type { Processes } from "./process.ts";
import { type Asker, answerTo } from "./request.ts";
import type { Authorize } from "./rights.ts";
import { greeting, judge, type Refusal } from "./signon.ts";

export interface RosterOptions {
  readonly self: string;
  readonly processes: Processes;
  /** Programs that hear what is said to a client's name without being one. */
  readonly listeners?: Listeners;
  /** Scripts that are run for what clients hear. */
  readonly scripts?: Pick<Harc, "isWanted" | "heard">;
  readonly core: Pick<Keeper, "input" | "backlog">;
  /** A client asks something of this node itself: by the rule that the FIFO goes by. */
  order(order: Order, from: string): void;
  log(level: Level, text: string): void;
  now(): Instant;
}

/** What the configuration says of clients. */
export interface Rules {
  /** As byte strings (config/parameter.ts). */
  readonly parameters: ReadonlyMap<string, string>;
  readonly authorize: Authorize;
  readonly listed: readonly string[];
  /** Clients that the agent itself is: nobody else has their names. */
  readonly own?: readonly string[];
  readonly deadtimeMs: number;
  readonly keepaliveMs: number;
}

/** Connections of one user that have said nothing yet: nobody needs many, and others need some. */
const strangersMax = 32;

/** A stranger that is still one at its second look has nothing to say. */
const looksMax = 2;

export class Roster implements House {
  readonly #options: RosterOptions;
  /** All connections. */
  readonly #clients = new Set<Client>();
  /** Those that have signed on. */
  readonly #members = new Map<string, Client>();
  #rules: Rules;
  #directory: Directory = { nodes: [], resources: "none" };
  #registrations = 0;
  readonly #pace: Pace;
  /** By reason: who is refused may ask again and again. */
  readonly #complaints = new Map<string, Complaint>();
  /** Partings that no core heard of. */
  #untold: Message[] = [];
  #audience = 0;

  constructor(options: RosterOptions, rules: Rules) {
    this.#options = options;
    this.#rules = rules;
    this.#pace = new Pace({
      backlog: () => options.core.backlog,
      changed: (mayTalk) => this.#hold(!mayTalk),
    });
  }

  use(rules: Rules): void {
    this.#rules = rules;
    this.tuned();
  }

  /** Why a process may not use this name, or none; undefined: it may. */
  refusal(
    name: string | undefined,
    who: { readonly uid: number; readonly gid: number },
  ): string | undefined {
    return this.#rules.authorize(name, who);
  }

  welcome(line: Line): Client {
    const client = new Client(line, this);
    this.#clients.add(client);
    if (this.#strangersOf(line.peer.uid) > strangersMax) this.dismiss(client, "badclient");
    return client;
  }

  knows(directory: Directory): void {
    this.#directory = directory;
  }

  /** A core begins: it knows of nobody here. */
  begin(): void {
    this.#pace.begin();
    this.#audience = 0;
    this.tuned();
    for (const parting of this.#untold.splice(0)) this.broadcast(parting);
    for (const client of this.#members.values()) if (client.isJoining) this.#announce(client);
    this.#pace.flow(true);
  }

  /** It has ended: until the next one begins, nobody here would be heard. */
  pause(): void {
    this.#pace.end();
  }

  /** Closed: nobody may say anything until it is open. */
  flow(open: boolean): void {
    this.#pace.flow(open);
  }

  /** What the core has for clients. */
  deliver({ body, filter: bit }: Extract<Effect, { do: "deliver" }>): void {
    const message = decodeNetstring(body)?.message;
    if (message === undefined) return;
    if (textOf(message, "t") === "query-cstatus") this.#tellStatus(message);
    else this.#deliver(message, bit);
    if (bit !== filter.normal) return;
    this.#options.listeners?.delivered(message);
    this.#options.scripts?.heard(message);
  }

  /** Looks who is still there; called every few seconds. */
  look(): void {
    for (const client of [...this.#clients]) {
      client.looks += client.isStranger ? 1 : 0;
      if (client.looks > looksMax) this.dismiss(client, "badclient");
      else if (!client.isAlive) this.dismiss(client, "died-audit");
    }
  }

  /** Nobody is here any more, and nobody is told. */
  end(): void {
    for (const client of this.#clients) client.bury();
    this.#clients.clear();
    this.#members.clear();
  }

  signOn(client: Client, request: Message): void {
    client.generation = this.#registrations;
    this.#registrations += 1;
    const { processes } = this.#options;
    const { authorize } = this.#rules;
    const verdict = judge(request, client.line.peer, {
      processes,
      authorize,
      isTaken: (member) => this.#isTaken(member),
    });
    if ("refusal" in verdict) {
      this.#refuse(client, verdict.refusal);
      return;
    }
    client.admit(verdict.member);
    this.#members.set(client.id, client);
    this.tuned();
    if (client.isCasual) client.say(this.#greeting());
    else {
      this.#options.log("info", `The client "${client.id}" (pid ${client.pid}) signs on`);
      // Its requests wait for the answer to its sign-on, and that one for its own message.
      client.line.pause();
      this.#announce(client);
    }
  }

  answer(request: Message, asker: Asker): Answer {
    return answerTo(request, asker, {
      self: this.#options.self,
      directory: this.#directory,
      ...this.#rules,
      isHere: (id) => this.#isHere(id),
      broadcast: (message) => this.broadcast(message),
    });
  }

  /** What is for one client alone is heard whatever that one wants. */
  tuned(): void {
    const { listeners, scripts } = this.#options;
    const isListened = listeners?.hasChannels === true || scripts?.isWanted === true;
    let wanted: number = this.#members.size > 0 || isListened ? filter.normal : 0;
    for (const client of this.#members.values()) wanted |= client.filter;
    if (wanted === this.#audience || !this.#pace.hasCore) return;
    this.#audience = wanted;
    this.#options.core.input({ on: "audience", filter: wanted });
  }

  hear(client: Client, message: Message): void {
    const order = orderOf(message);
    if (order === undefined) this.broadcast(message);
    else this.#options.order(order, `the client "${client.id}"`);
  }

  /** Whether anybody may say anything now. */
  get isOpen(): boolean {
    return this.#pace.mayTalk;
  }

  /** False: there is no core, and it is lost. */
  broadcast(message: Message): boolean {
    if (!this.#pace.hasCore) return false;
    const isTaken = this.#options.core.input({ on: "client", body: netstringText(message) });
    this.#pace.said();
    return isTaken;
  }

  dismiss(client: Client, why: string): void {
    if (client.isGone) return;
    const { line, isCasual, isStranger } = client;
    const isHearing = !why.startsWith("send failed") && !why.startsWith("died");
    const bare = encodeBody(client.clstat("leave", this.#options.self, why));
    if (isHearing && !isCasual && !isStranger) line.send(bare);
    this.left(client, why);
    if (isHearing) line.end();
    else line.sendAway();
  }

  left(client: Client, why: string): void {
    if (client.isGone) return;
    const { id, isCasual, isStranger } = client;
    client.bury();
    this.#clients.delete(client);
    if (isStranger) return;
    this.#members.delete(id);
    this.tuned();
    if (isCasual) return;
    const level = why === "signoff" ? "info" : "warn";
    this.#options.log(level, `The client "${id}" (pid ${client.pid}) is gone: ${why}`);
    const parting = client.clstat("leave", this.#options.self, why);
    // Nobody heard of one that had not joined.
    if (!this.broadcast(parting) && !client.isJoining) this.#untold.push(parting);
  }

  #refuse(client: Client, { reason, id, isCasual }: Refusal) {
    const who = id === "" ? "A client" : `The client "${id}"`;
    const complaint = this.#complaints.get(reason) ?? new Complaint();
    this.#complaints.set(reason, complaint);
    const line = `${who} (pid ${client.line.peer.pid}) is refused: ${reason}`;
    const said = complaint.say(line, this.#options.now());
    if (said !== undefined) this.#options.log("warn", said);
    client.line.send(this.#greeting(reason));
    if (!isCasual) {
      const { generation } = client;
      const leave = clstat("leave", { id, src: this.#options.self, info: reason, generation });
      client.line.send(encodeBody(leave));
    }
    this.left(client, reason);
    client.line.end();
  }

  #strangersOf(uid: number): number {
    let count = 0;
    for (const { isStranger, line } of this.#clients) {
      if (isStranger && line.peer.uid === uid) count += 1;
    }
    return count;
  }

  #isOwn(name: string): boolean {
    return this.#rules.own?.includes(name) ?? false;
  }

  #isHere(name: string): boolean {
    return this.#members.has(name) || this.#isOwn(name);
  }

  /** A namesake that is dead gives up its name now, not when its end is read. */
  #isTaken({ id, isCasual, pid }: { id: string; isCasual: boolean; pid: number }): boolean {
    if (!isCasual && this.#isOwn(id)) return true;
    for (const other of [...this.#members.values()]) {
      if (other.id !== id && !(isCasual && other.pid === pid)) continue;
      if (other.isAlive) return true;
      this.dismiss(other, "died");
    }
    return false;
  }

  /** Who joins is held anyhow. */
  #hold(isHeld: boolean) {
    for (const client of [...this.#clients]) {
      if (isHeld || client.isJoining) client.line.pause();
      else client.line.resume();
    }
  }

  #announce(client: Client) {
    this.broadcast(client.clstat("join", this.#options.self, "signon"));
  }

  #greeting(reason?: string): Uint8Array {
    const { self } = this.#options;
    return encodeBody(greeting({ self, ...this.#rules }, reason));
  }

  #tellStatus(question: Message) {
    const { self } = this.#options;
    const [dest, cn, asker] = ["src", "cn", "from_id"].map((name) => textOf(question, name));
    const meant = textOf(question, "dest") ?? self;
    if (dest === undefined || cn === undefined || asker === undefined) return;
    if (meant.toLowerCase() !== self) return;
    const cs = this.#isHere(cn) ? "online" : "offline";
    const answer = { t: "respond-cstatus", dest, result: "OK", cn, to_id: asker, cs };
    this.broadcast(text(answer));
  }

  #deliver(message: Message, bit: number) {
    // Most of what comes may be for nobody here.
    let encoded: Uint8Array | undefined;
    const body = () => (encoded ??= encodeBody(message));
    const addressee = textOf(message, "to_id");
    if (addressee === undefined) {
      for (const client of [...this.#members.values()]) if (client.wants(bit)) client.say(body());
      return;
    }
    const client = this.#members.get(addressee);
    if (client === undefined) return;
    if (!client.isJoining) {
      if (bit === filter.normal || client.wants(bit)) client.say(body());
    } else if (this.#isJoinOf(client, message)) {
      client.joined();
      client.say(body(), this.#greeting());
      if (this.isOpen) client.line.resume();
    }
  }

  #isJoinOf(client: Client, message: Message): boolean {
    return (
      textOf(message, "t") === "hbapi-clstat" &&
      textOf(message, "st") === "join" &&
      textOf(message, "src") === this.#options.self &&
      textOf(message, "client_gen") === String(client.generation)
    );
  }
}
