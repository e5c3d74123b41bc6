// Everything that can happen to the core. Plain data: it can be printed, recorded and replayed.

import type { ClusterConfig } from "../config/cluster.ts";
import type { Message } from "../wire/message.ts";
import type { HeardAdvert } from "./carp/heard.ts";
import type { GroupSet } from "./wish.ts";

export type Input =
  /** The loop is ready; the first input of a run. */
  | { readonly on: "start" }
  /** Given at the head of every turn: wall time and /proc/loadavg without LF ("n/a" if unreadable). */
  | { readonly on: "clock"; readonly bootUnixMs: number; readonly load: string }
  /** The moment that `deadline()` named has come (or passed). */
  | { readonly on: "alarm" }
  /** The same, but what has arrived is not read yet: what needs nothing but the time is done, and nobody judged. */
  | { readonly on: "beat" }
  /** The loop was away for `ms` beyond its deadline (SIGSTOP, VM pause). Given after the sockets were
   *  drained and before anything else is judged. */
  | { readonly on: "overslept"; readonly ms: number }
  /** An authentic message that arrived on the link. Own messages looped back arrive here too. */
  | { readonly on: "message"; readonly link: string; readonly message: Message }
  /** A link's own health: carrier, device gone, socket failed or recovered. Not who is heard on it. */
  | { readonly on: "link"; readonly link: string; readonly ok: boolean; readonly reason: string }
  /** The result of a "hold", "drop" or "run" effect. `text` is the reason when not ok. */
  | {
      readonly on: "result";
      readonly job: number;
      readonly ok: boolean;
      readonly text: string;
      readonly tookMs: number;
    }
  /** How a "fence" effect ended; `text` is the reason when not ok. */
  | {
      readonly on: "fenced";
      readonly job: number;
      readonly ok: boolean;
      readonly text: string;
      readonly tookMs: number;
    }
  /** A held address vanished from this host, or could not be renewed. */
  | {
      readonly on: "address-lost";
      readonly word: string;
      readonly reason: string;
      /** False when the interface is gone, so that putting it back cannot work now. */
      readonly recoverable: boolean;
    }
  /** Somebody else answers for an address that this host holds. */
  | { readonly on: "rival"; readonly word: string; readonly mac: string }
  /** A good CARP advertisement for one of our virtual routers. */
  | { readonly on: "advert"; readonly router: string; readonly advert: HeardAdvert }
  /** An interface that a virtual router stands on or tracks; told after "start" and after a reload, and at
   *  every change. `address`: its first IPv4 address, the source of adverts; absent when it has none.
   *  `address6`: its link-local address. */
  | {
      readonly on: "interface";
      readonly device: string;
      readonly state: "up" | "no-carrier" | "down" | "gone";
      readonly address?: string;
      readonly address6?: string;
    }
  /** One advert of a router could not be sent; after that also told for every one that could, until
   *  three of them came in a row (carp.md 8; the core counts). */
  | { readonly on: "advert-sent"; readonly router: string; readonly ok: boolean }
  /** A check command of a router (`track`) gave another verdict than before. */
  | { readonly on: "track"; readonly path: string; readonly ok: boolean }
  /** An operator's command (control socket, FIFO or the old names). Answered by one "reply" effect. */
  | { readonly on: "command"; readonly request: number; readonly command: Command }
  /** What a local client or a script sends to the cluster, or the desk for one of them (clients/). The fields of
   *  the header are added here; then it leaves and is delivered here too. Netstring form, a character for a byte. */
  | { readonly on: "client"; readonly body: string }
  /** Which deliveries anybody here wants: the union of the clients' filters (heartbeat-api.md 5); 0: none. */
  | { readonly on: "audience"; readonly filter: number }
  /** Configuration, already checked; the core adopts it whole. */
  | { readonly on: "reload"; readonly config: ClusterConfig };

export type Command =
  | { readonly name: "standby"; readonly set: GroupSet }
  | { readonly name: "takeover"; readonly set: GroupSet }
  | { readonly name: "leave" }
  /** A master hands its addresses over (SIGUSR2 of ucarp); without a router, all of them. */
  | { readonly name: "yield"; readonly router?: string }
  | { readonly name: "addnode" | "delnode"; readonly nodes: readonly string[] }
  | { readonly name: "setweight"; readonly node: string; readonly weight: number }
  | { readonly name: "setsite"; readonly node: string; readonly site: string };
