// One cluster in one of the ways in which its nodes can have a `ccm`, with Heartbeat's ccm_testclient listening on
// each of them. A story is played in several, and what the clients print is compared.
//
// Nodes are called by their age in the first membership, for who leads is not the same everywhere.

import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Subprocess } from "bun";
import { built, HALF, startAgent } from "../agent.ts";
import { configure } from "../conf.ts";
import { startHeartbeat, stopHeartbeat, withHeartbeat } from "../heartbeat.ts";
import type { Host } from "../host.ts";
import type { Lab } from "../lab.ts";
import { SOON_MS, until } from "../until.ts";
import { type Event, eventsIn, namesOf, wordsOf } from "./event.ts";

/** What a node runs: the daemon of 3.0.6 and its `ccm`, hb and that `ccm`, or hb that is the `ccm` itself. */
export type Manner = "heartbeat" | "program" | "built in";

/** By age: whoever leads at the beginning is the first. */
export type Age = "first" | "second" | "third";

const AGES: readonly Age[] = ["first", "second", "third"];
const NODES = ["alice", "bob", "carol"];
const LOG = "testclient";
const CLIENT = [
  ...["setpriv", "--reuid=hacluster", "--regid=haclient", "--clear-groups"],
  "/usr/libexec/heartbeat/ccm_testclient",
];

/** The real `ccm` asks three times before it believes a small membership. */
const PATIENCE_MS = 2 * SOON_MS;

interface Listener {
  readonly client: Subprocess;
  /** How many events of its host have been told of, or were another client's. */
  seen: number;
  last: Event | undefined;
}

export class Village {
  readonly lab: Lab;
  readonly #manners: readonly Manner[];
  readonly #listeners = new Map<string, Listener>();
  readonly #nodeOf = new Map<Age, string>();
  /** What each client printed in each part of the story. */
  readonly told: Record<string, string[]> = {};

  constructor(lab: Lab, manners: readonly Manner[]) {
    this.lab = lab;
    this.#manners = manners;
  }

  host(age: Age): Host {
    return this.lab.host(this.#nodeOf.get(age) ?? "");
  }

  /** Starts all, and waits until each is told that all are members. */
  async begin(): Promise<void> {
    const { hosts } = this.lab;
    const names = hosts.map(({ name }) => name);
    await Promise.all(hosts.map((host) => this.start(host)));
    for (const host of hosts) await this.#hears(host, names);
    const { members = [] } = this.#listeners.get("alice")?.last ?? {};
    const oldest = members.toSorted((a, b) => a.born - b.born || (a.name < b.name ? 1 : -1));
    for (const [at, { name }] of oldest.entries()) this.#nodeOf.set(AGES[at] ?? "third", name);
  }

  /** Starts a node, and a client as soon as there is somebody to listen to. */
  async start(host: Host): Promise<void> {
    if (this.#mannerOf(host) === "heartbeat") await startHeartbeat(host);
    else startAgent(host);
    const socket = join(host.dir, "run/heartbeat/ccm/ccm");
    const what = `a ccm on ${host.name}`;
    await until({ what, withinMs: PATIENCE_MS }, () => existsSync(socket));
    const seen = this.#events(host).length;
    this.#listeners.set(host.name, { client: host.spawn(CLIENT, LOG), seen, last: undefined });
  }

  /** A node leaves in good order; its client is told how it ended. */
  async stop(age: Age): Promise<void> {
    const host = this.host(age);
    if (this.#mannerOf(host) === "heartbeat") await stopHeartbeat(host);
    else host.signal("SIGTERM", HALF.agent);
    const client = this.#listeners.get(host.name)?.client.exited;
    this.told[`${age}, left alone`] = [`exit ${await client}`];
  }

  /** A part of the story: what is done, and who is then told that they, and nobody else, are the members. */
  async part(
    what: string,
    act: () => Promise<void>,
    ...groups: readonly (readonly Age[])[]
  ): Promise<void> {
    await act();
    for (const group of groups) {
      const names = group.map((age) => this.host(age).name);
      for (const age of group) {
        this.told[`${age}, ${what}`] = await this.#hears(this.host(age), names);
      }
    }
  }

  /** Waits until a client knows these members; all that it printed meanwhile. */
  async #hears(host: Host, names: readonly string[]): Promise<string[]> {
    const listener = this.#listeners.get(host.name);
    if (listener === undefined) throw new Error(`Nobody listens on ${host.name}`);
    const wanted = names.toSorted().join(" ");
    const what = `${host.name} to hear of ${wanted}`;
    const events = await until({ what, withinMs: PATIENCE_MS, everyMs: 100 }, () => {
      const fresh = this.#events(host).slice(listener.seen);
      const last = fresh.at(-1);
      return last?.kind !== "NOT PRIMARY" && last && namesOf(last).join(" ") === wanted && fresh;
    });
    const ages = new Map([...this.#nodeOf].map(([age, name]) => [name, age]));
    const words = wordsOf(listener.last, events, (name) => ages.get(name) ?? name);
    listener.seen += events.length;
    listener.last = events.at(-1);
    return words;
  }

  #events(host: Host): Event[] {
    return eventsIn(host.read(`log/${LOG}`));
  }

  #mannerOf(host: Host): Manner {
    return this.#manners[NODES.indexOf(host.name)] ?? "built in";
  }
}

/** Plays a story where nodes have their `ccm` in these ways; what the clients printed. */
export async function inVillage(
  manners: readonly Manner[],
  story: (village: Village) => Promise<void>,
): Promise<Village["told"]> {
  await built();
  const hosts = NODES.slice(0, manners.length);
  let told: Village["told"] = {};
  await withHeartbeat({ hosts, name: "ccm", logs: [`log/${LOG}`] }, async (lab) => {
    const village = new Village(lab, manners);
    for (const host of lab.hosts) {
      const isBuiltIn = manners[hosts.indexOf(host.name)] === "built in";
      const times = { keepalive: "500ms", warntime: "2", deadtime: "4", initdead: "20" };
      const own = ["pacemaker ccm-only", "realtime off", ...(isBuiltIn ? ["membership on"] : [])];
      configure(lab, { resources: [], ...times, extra: own }, [host]);
    }
    await village.begin();
    await story(village);
    told = village.told;
  });
  return told;
}
