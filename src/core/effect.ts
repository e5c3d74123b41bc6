// Everything that the core can ask for. Plain data; whoever hosts the core carries it out.

import type { ClusterConfig } from "../config/cluster.ts";
import type { AddressResource, PulseResource, ScriptResource } from "../config/resource.ts";
import type { Message } from "../wire/message.ts";
import type { HostcacheEntry } from "./boot.ts";
import type { ConsensusNews } from "./ccm/effect.ts";
import type { Directory } from "./clients/directory.ts";
import type { Filter } from "./clients/filter.ts";
import type { GroupMemory } from "./memory.ts";

export type Level = "debug" | "info" | "warn" | "error";

type Fact = string | number | boolean | undefined;

/** What a log line tells, for programs. */
export interface Fields {
  readonly [name: string]: Fact | readonly string[] | readonly Readonly<Record<string, Fact>>[];
  /** Names that every event has (desk/journal/event.ts). */
  readonly v?: never;
  readonly at?: never;
  readonly boot?: never;
  readonly node?: never;
  readonly kind?: never;
  readonly level?: never;
  readonly text?: never;
}

export type Effect =
  /** Sign and send on every link. The message is complete but for its signatures. */
  | { readonly do: "send"; readonly message: Message }
  /** Echo requests to every ping node (heartbeat-wire 14.4); `ts` in seconds of unix time. */
  | { readonly do: "ping"; readonly ts: number }
  /** Put up (or adopt, where already up) and from now on renew, watch and announce. Answered by one
   *  "result" for the whole list; on failure none of the list stays up. */
  | {
      readonly do: "hold";
      readonly job: number;
      readonly resources: readonly (AddressResource | PulseResource)[];
    }
  /** Take down and forget. Succeeds when it was not up. Answered by one "result". */
  | {
      readonly do: "drop";
      readonly job: number;
      readonly resources: readonly (AddressResource | PulseResource)[];
    }
  /** Take held addresses off the interface now, but remember them: this host no longer knows that it
   *  is the holder. "hold" puts them back. No result. */
  | { readonly do: "suspend"; readonly resources: readonly (AddressResource | PulseResource)[] }
  /** Announce held addresses at once (after a heal, a rival, a takeover). The name of a virtual router
   *  among the words: one frame for each of its addresses as carp.md 9 has it, held here or not. */
  | { readonly do: "announce"; readonly words: readonly string[] }
  /** Run a script on the desk. Answered by one "result". `status` is ok when the resource runs. */
  | {
      readonly do: "run";
      readonly job: number;
      readonly group: string;
      readonly resource: ScriptResource;
      readonly action: "start" | "stop" | "status";
      readonly timeoutMs: number;
    }
  /** Reset this host with the fencing device of ha.cf. Answered by one "fenced" with the same job. */
  | { readonly do: "fence"; readonly job: number; readonly node: string }
  /** Send one advertisement of a virtual router, in every family that it speaks. */
  | {
      readonly do: "advert";
      readonly router: string;
      readonly advbase: number;
      readonly advskew: number;
      readonly demote: number;
      /** "random": a fresh one, because no peer was heard yet (carp.md 3). */
      readonly counter: bigint | "random";
    }
  /** Run the up or down script of a virtual router on the desk. Answered by one "result". Calls of one
   *  router never overlap. */
  | {
      readonly do: "call";
      readonly job: number;
      readonly router: string;
      readonly path: string;
      readonly args: readonly string[];
      readonly timeoutMs: number;
    }
  | {
      readonly do: "log";
      readonly level: Level;
      readonly text: string;
      /** Set when a rule decided something: one word or two that grep finds ("takeover", "rival"). */
      readonly topic?: string;
      /** Set when something happened that is worth keeping: the line is an event then, of the kind that its
       *  topic names. */
      readonly fields?: Fields;
    }
  /** Write this down where a restarted agent finds it. Coalesced; the last one wins. */
  | { readonly do: "remember"; readonly memory: GroupMemory }
  /** Write hostcache and delhostcache (heartbeat-wire 12.2). */
  | {
      readonly do: "hostcache";
      readonly hosts: readonly HostcacheEntry[];
      readonly deleted: readonly HostcacheEntry[];
    }
  /** The end of an operator's command. `text` says what moved in how long, or why not. */
  | { readonly do: "reply"; readonly request: number; readonly ok: boolean; readonly text: string }
  /** A message for local clients, as it was received, sent or made here (heartbeat-api.md 7): in the order of
   *  its sender, and after the directory that it changed. Netstring form, a character for a byte. */
  | { readonly do: "deliver"; readonly body: string; readonly filter: Filter }
  /** What local clients may ask for is another from now on. */
  | { readonly do: "directory"; readonly directory: Directory }
  /** Closed: too much that was sent is not acknowledged yet, and no client shall say more until it is open. */
  | { readonly do: "flow"; readonly open: boolean }
  /** What local programs are to know of the membership with consensus (ccm/); absent news: there is none any
   *  longer. */
  | { readonly do: "consensus"; readonly news: ConsensusNews | undefined }
  /** The cluster's view changed: the snapshot is worth publishing. */
  | { readonly do: "publish" }
  /** Use these media, keys and timings from now on. */
  | { readonly do: "reconfigure"; readonly config: ClusterConfig }
  /** Begin anew with a higher generation, holding nothing. With `above`: higher than that one as well, and
   *  what is up here stays and is the next run's. */
  | { readonly do: "restart"; readonly reason: string; readonly above?: number }
  /** Left gracefully (or told to go): the process may end. */
  | { readonly do: "exit"; readonly reason: string }
  /** Only when the configuration says `on_stop_failure reboot`. */
  | { readonly do: "reboot"; readonly reason: string };
