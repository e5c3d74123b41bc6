// The API of a node in a test: a roster with the clients that a transcript, or a test, has; and in the place of
// the core what a core does with what clients say: the header behind it, and back (heartbeat-api.md 6).

import type { Credentials } from "../../../ffi/credentials.ts";
import { parseHaCf } from "../../../src/config/hacf.ts";
import { parametersOf } from "../../../src/config/parameter.ts";
import type { Directory, DirectoryNode } from "../../../src/core/clients/directory.ts";
import { type Filter, filter } from "../../../src/core/clients/filter.ts";
import type { Level } from "../../../src/core/effect.ts";
import type { Input } from "../../../src/core/input.ts";
import { at } from "../../../src/core/instant.ts";
import type { AccountKind } from "../../../src/desk/account.ts";
import type { Client, Line } from "../../../src/desk/api/client.ts";
import type { Processes } from "../../../src/desk/api/process.ts";
import { rightsOf } from "../../../src/desk/api/rights.ts";
import { Roster } from "../../../src/desk/api/roster.ts";
import type { Visitor } from "../../../src/desk/ipc/connection.ts";
import type { Order } from "../../../src/desk/order.ts";
import { hexToBytes } from "../../../src/wire/bytes.ts";
import { encodeBody } from "../../../src/wire/ipc/body.ts";
import { type Field, type Message, text, textOf, withText } from "../../../src/wire/message.ts";
import { decodeNetstring, netstringText } from "../../../src/wire/netstring.ts";

/** Users and groups of the machines on which the transcripts were made. */
const accounts: Readonly<Record<string, number>> = { root: 0, hacluster: 102, haclient: 106 };

export const hacluster = { uid: 102, gid: 106 } as const;
export const root = { uid: 0, gid: 0 } as const;

/** A connection whose other end is the test. */
export class Wire implements Line {
  readonly peer: Credentials;
  readonly heard: Uint8Array[] = [];
  readonly #unheard: Uint8Array[] = [];
  visitor: Visitor | undefined;
  queueMax = 64;
  /** Undefined: it is read at once. */
  queued = 0;
  isFull = false;
  isPaused = false;
  isOver = false;

  constructor(peer: Credentials) {
    this.peer = peer;
  }

  /** The client says so; what nobody hears now is heard later. */
  say(body: Uint8Array): void {
    this.#unheard.push(body);
    this.#hear();
  }

  hangUp(): void {
    this.isOver = true;
    this.visitor?.left("EOF");
  }

  send(...bodies: readonly Uint8Array[]): boolean {
    if (this.isFull) return false;
    if (!this.isOver) this.heard.push(...bodies);
    return true;
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
    this.#hear();
  }

  end(): void {
    this.sendAway();
  }

  sendAway(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.visitor?.left("sent away");
  }

  #hear() {
    while (!this.isPaused && !this.isOver) {
      const body = this.#unheard.shift();
      if (body === undefined) return;
      this.visitor?.said(body);
    }
  }
}

/** Processes by pid, and the signals that they have had. */
export class MadeUpProcesses implements Processes {
  readonly alive = new Set<number>();
  readonly signals: { readonly pid: number; readonly number: number }[] = [];
  held = 0;

  hold(pid: number) {
    if (!this.alive.has(pid)) return undefined;
    this.held += 1;
    return {
      pid,
      signal: (number: number) => {
        if (number !== 0 && this.alive.has(pid)) this.signals.push({ pid, number });
        return this.alive.has(pid);
      },
      release: () => {
        this.held -= 1;
      },
    };
  }
}

const uuids: Readonly<Record<string, string>> = {
  apia: "04c4e7edf0ea42ab8c6f8355dd465b19",
  apib: "df0005dc1bd646afaf47e1c4bacd2646",
  apic: "f4a0c4a2d4c04c1888666d819e1ecf1f",
  apid: "00f799c3f5af49918341d222afd0959e",
  apip: "b50b2b979c504a69b2ace0bfa1a700af",
  apiq: "ed475c05ae5a4fc9a0e77144d264c95d",
};

export function normal(name: string, status = "active"): DirectoryNode {
  const uuid = uuids[name];
  return {
    name,
    type: "normal",
    status,
    weight: 100,
    site: "",
    ...(uuid === undefined ? {} : { uuid }),
    links: [{ name: "hb0", status: "up" }],
  };
}

export function ping(name: string): DirectoryNode {
  const links = [{ name, status: "up" }] as const;
  return { name, type: "ping", status: "ping", weight: 100, site: "", links };
}

export interface HouseShape {
  readonly haCf?: string;
  readonly self?: string;
  readonly nodes?: readonly DirectoryNode[];
}

export class ApiHouse {
  readonly self: string;
  readonly processes = new MadeUpProcesses();
  readonly inputs: Input[] = [];
  readonly orders: { readonly order: Order; readonly from: string }[] = [];
  readonly logged: { readonly level: Level; readonly text: string }[] = [];
  readonly roster: Roster;
  readonly directory: Directory;
  /** Messages of clients, in their order: what a core would send. */
  readonly sent: Message[] = [];
  #done = 0;
  #seq = 1;

  private constructor(self: string, directory: Directory, roster: (house: ApiHouse) => Roster) {
    this.self = self;
    this.directory = directory;
    this.roster = roster(this);
    this.roster.knows(directory);
    this.roster.begin();
  }

  static async open(shape: HouseShape = {}): Promise<ApiHouse> {
    const { self = "apia", haCf = "", nodes = [normal("apia"), normal("apib")] } = shape;
    const { conf } = parseHaCf(haCf, "ha.cf");
    const authorize = await rightsOf(conf, numberOf);
    const { deadtimeMs, keepaliveMs, listed } = conf;
    const own = conf.membership ? ["ccm"] : [];
    const times = { deadtimeMs, keepaliveMs };
    const rules = { authorize, parameters: parametersOf(conf), ...times, listed, own };
    const make = (house: ApiHouse) =>
      new Roster(
        {
          self,
          processes: house.processes,
          core: house,
          order: (order, from) => house.orders.push({ order, from }),
          now: () => at(0),
          log: (level, line) => house.logged.push({ level, text: line }),
        },
        rules,
      );
    return new ApiHouse(self, { nodes, resources: "local" }, make);
  }

  /** In the core's place: what is for it, and what of that is not heard yet. */
  input(input: Input): boolean {
    return this.inputs.push(input) > 0;
  }

  backlog = 0;

  /** A connection of a process; it is alive. */
  connect(peer: Credentials): Wire {
    this.processes.alive.add(peer.pid);
    const wire = new Wire(peer);
    const client: Client = this.roster.welcome(wire);
    wire.visitor = client;
    return wire;
  }

  /** Does with what clients said so far what a core does. */
  turn(): void {
    for (; this.#done < this.inputs.length; this.#done++) {
      const input = this.inputs[this.#done];
      if (input?.on !== "client") continue;
      const message = this.#headed(decodeNetstring(input.body)?.message ?? { fields: [] });
      this.sent.push(message);
      const dest = textOf(message, "dest");
      if (dest === undefined || dest === this.self) this.deliver(message);
    }
  }

  /** A message for clients, as it comes from the core. */
  deliver(message: Message, bit: Filter = filter.normal): void {
    this.roster.deliver({ do: "deliver", body: netstringText(message), filter: bit });
  }

  #headed(message: Message): Message {
    const of = (name: string) => this.directory.nodes.find((node) => node.name === name)?.uuid;
    const dest = of(textOf(message, "dest") ?? "");
    const own = of(this.self) ?? "";
    const seq = this.#seq++;
    const first = dest === undefined ? message : append(message, uuid("destuuid", dest));
    const named = append(withText(first, "src", this.self), uuid("srcuuid", own));
    const rest = { seq: seq.toString(16), hg: "1", ts: "1", ld: "0", ttl: "3", auth: "1 0" };
    return append(named, ...text(rest).fields);
  }
}

/** What a client with this name says first. */
export function signOn(
  id: string,
  { pid, uid, gid }: Credentials,
  others: Readonly<Record<string, string>> = {},
): Uint8Array {
  const claims = { pid: String(pid), from_id: id, uid: String(uid), gid: String(gid) };
  return encodeBody(
    text({ t: "hbapi-req", reqtype: "signon", dest: "apia", ...claims, ...others }),
  );
}

async function numberOf(_kind: AccountKind, name: string): Promise<number | undefined> {
  return accounts[name];
}

function append({ fields }: Message, ...more: readonly Field[]): Message {
  return { fields: [...fields, ...more] };
}

function uuid(name: string, hex: string): Field {
  return { name, type: "binary", value: hexToBytes(hex) ?? new Uint8Array() };
}
