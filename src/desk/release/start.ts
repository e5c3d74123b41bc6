// `hb release`, from the lock to the last log line: what the last agent of this host left behind is found and
// released, unless an agent runs.

import { existsSync, rmSync } from "node:fs";
import { bootMs } from "../../../ffi/clock.ts";
import { checkAll, clusterOf } from "../../config/check.ts";
import type { ClusterConfig } from "../../config/cluster.ts";
import type { Level } from "../../core/effect.ts";
import type { RememberedGroup } from "../../core/memory.ts";
import { Calls } from "../carp/call.ts";
import { endHeirs } from "../children/heir.ts";
import { firstLine } from "../disk.ts";
import { scriptEnvironment } from "../environment.ts";
import { journalOf } from "../journal/journal.ts";
import { Lock } from "../lock.ts";
import { Log } from "../log.ts";
import { Notice } from "../notice.ts";
import { RunningScripts } from "../orphan.ts";
import { type Directories, type Places, placesOf } from "../place.ts";
import { Queue } from "../queue.ts";
import { Remember } from "../remember.ts";
import { givenBy } from "../settings.ts";
import { makeDirectories } from "../start.ts";
import { type Hands, Release } from "./release.ts";

const lastWordsMs = 1_000;

/** Why nothing was done, or what may still be up. */
export type Released =
  | { readonly end: "refused"; readonly text: string }
  | { readonly end: "nothing" }
  | { readonly end: "released"; readonly left: readonly string[] };

type Say = (level: Level, text: string, topic: string) => void;

export interface StartOptions {
  readonly directories: Directories;
  /** Makes what takes addresses off the interfaces. */
  hands(config: ClusterConfig, log: Say): Hands;
}

/** Throws what the world refuses: a lock that may not be taken, for example. */
export async function runRelease({ directories, hands }: StartOptions): Promise<Released> {
  // Scripts inherit it (heartbeat-config 9).
  process.umask(0o022);
  const places = placesOf(directories);
  if (!existsSync(places.run)) return { end: "nothing" };
  const locked = Lock.take(places);
  if ("refused" in locked) return { end: "refused", text: locked.refused };
  try {
    const boot = firstLine("/proc/sys/kernel/random/boot_id", "");
    const remember = new Remember(places, boot);
    const memory = remember.recall();
    // An agent that left has written neither.
    const isLeft = memory !== undefined || [places.beating, places.children].some(existsSync);
    if (!isLeft) return { end: "nothing" };
    const left = await release(places, memory?.groups ?? [], hands);
    if (memory !== undefined && left.length > 0) {
      const words = new Set(left);
      const groups = memory.groups.map((group) => stillUp(group, words));
      remember.keep({ at: memory.at, groups: groups.filter(({ up }) => up.length > 0) });
      return { end: "released", left };
    }
    remember.forget();
    rmSync(places.beating, { force: true });
    return { end: "released", left };
  } finally {
    locked.lock.release();
  }
}

async function release(
  places: Places,
  groups: readonly RememberedGroup[],
  hands: StartOptions["hands"],
): Promise<readonly string[]> {
  // What of them can be read: they may be what the agent died of.
  const given = givenBy(places);
  const self = given.self.toLowerCase();
  const { conf } = checkAll(given);
  makeDirectories(places);
  const log = new Log("info");
  log.open(conf);
  const environment = () => scriptEnvironment(conf, self, places);
  const notice = new Notice({ log, directory: places.run, environment }, conf.notify);
  const journal = journalOf(places.events, self, log, (event) => notice.tell(event));

  // Its leases would live on with it.
  const pulse = new RunningScripts(places.beating);
  await pulse.endOrphans((text) => log.warn(text, "release"));
  // Who says nothing needs no password.
  const routers = conf.routers.map(({ passfile: _, ...line }) => ({ ...line, password: "" }));
  const keyring = { active: 0, keys: [] };
  const cluster = clusterOf({ conf, self, keyring, groups: [], managesResources: true, routers });
  const off = hands(cluster, (...line) => log.write(...line));
  const { resourceTimeoutMs, onStopFailure } = conf;
  // The others are left alone at every start, too.
  const lowered = routers.filter(({ neutral }) => !neutral);
  const options = {
    log,
    queue: new Queue({ places, log, environment }),
    calls: new Calls({ log, directory: places.run, running: places.calling }),
    hands: off,
    rules: { resourceTimeoutMs, onStopFailure },
  };
  const startedMs = bootMs();
  const names = groups.filter(({ up }) => up.length > 0).map(({ key }) => key);
  const what = [...names, ...lowered.map(({ name }) => name)];
  const text = `Releasing what an agent left here that is gone: ${what.join(", ") || "nothing"}`;
  log.write("warn", text, "release", { groups: names });
  const left = await new Release(groups, lowered, options).run();
  off.close();
  // Last, as when a node leaves: it may wait for one that does not want to end.
  const say = (text: string) => log.warn(text, "child");
  await endHeirs(places.children, conf.childTimeoutMs, say);
  const tookMs = Math.round(bootMs() - startedMs);
  const end =
    left.length === 0
      ? `Everything is released, in ${tookMs} ms`
      : `Not released, and may still be up here: ${left.join(", ")}`;
  log.write(left.length === 0 ? "info" : "error", end, "release", { left, tookMs });
  await Promise.all([journal.drained(lastWordsMs), notice.drained(lastWordsMs)]);
  await log.drained(lastWordsMs);
  return left;
}

function stillUp(group: RememberedGroup, words: ReadonlySet<string>): RememberedGroup {
  return { ...group, up: group.up.filter((word) => words.has(word)) };
}
