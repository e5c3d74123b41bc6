// What an onlooker of a made-up cluster can see: packets, addresses on interfaces, scripts, operators'
// answers, processes, and what was done to it. Nothing of what goes on in a core.

import type { ConsensusNews } from "../core/ccm/effect.ts";
import type { Level } from "../core/effect.ts";
import type { HeardAdvert } from "../wire/carp/heard.ts";
import type { Message } from "../wire/message.ts";
import type { Act } from "./act.ts";

/** Why an address came or went: the agent's effect, the end of its lease, a script, the power, somebody. */
export type How = "hold" | "drop" | "suspend" | "end" | "lease" | "script" | "power" | "stranger";

export type Sight =
  /** An act was carried out (start-up of the run included). Comes before what follows from it. */
  | { readonly saw: "act"; readonly act: Act }
  | {
      readonly saw: "process";
      readonly node: string;
      readonly process: "desk" | "pulse";
      readonly alive: boolean;
    }
  /** The host stands still, or goes on. */
  | { readonly saw: "frozen"; readonly node: string; readonly frozen: boolean }
  /** An address is on an interface or is not any more, by whosever doing (an agent, a lease that ended). */
  | {
      readonly saw: "address";
      readonly node: string;
      readonly word: string;
      readonly up: boolean;
      readonly how?: How;
    }
  | { readonly saw: "announce"; readonly node: string; readonly words: readonly string[] }
  /** A service really runs or stands still. */
  | { readonly saw: "service"; readonly node: string; readonly word: string; readonly up: boolean }
  | {
      readonly saw: "script";
      readonly node: string;
      readonly word: string;
      readonly action: "start" | "stop" | "status";
      /** "cut": nobody waits for it any more. */
      readonly phase: "begins" | "ends" | "cut";
      readonly ok?: boolean;
    }
  | {
      readonly saw: "sent";
      readonly node: string;
      readonly link: string;
      readonly message: Message;
    }
  /** It arrived and was let in, or why not. */
  | {
      readonly saw: "heard";
      readonly node: string;
      readonly from: string;
      readonly link: string;
      readonly message: Message;
      readonly rejected?: string;
      /** It was played again by a stranger, or damaged on its way. */
      readonly touched?: "replayed" | "corrupted";
    }
  /** A message came to the clients of a node. */
  | { readonly saw: "delivered"; readonly node: string; readonly message: Message }
  /** The programs of a node were told of the membership with consensus; absent news: there is none any more. */
  | { readonly saw: "consensus"; readonly node: string; readonly news: ConsensusNews | undefined }
  | {
      readonly saw: "asked";
      readonly node: string;
      readonly request: number;
      readonly what: string;
    }
  | {
      readonly saw: "answered";
      readonly node: string;
      readonly request: number;
      readonly ok: boolean;
      readonly text: string;
    }
  /** An advert of a virtual router left, as its peers may read it. */
  | {
      readonly saw: "advert";
      readonly node: string;
      readonly router: string;
      readonly advert: HeardAdvert;
    }
  /** It arrived and was good, or why not. */
  | {
      readonly saw: "advert-heard";
      readonly node: string;
      readonly from: string;
      readonly router: string;
      readonly advert: HeardAdvert;
      readonly rejected?: string;
      /** It was played again by a stranger, or damaged on its way. */
      readonly touched?: "replayed" | "corrupted";
    }
  /** For people; a judge does not listen. */
  | {
      readonly saw: "log";
      readonly node: string;
      readonly level: Level;
      readonly text: string;
      readonly topic?: string;
    }
  /** Something that no host may do: two jobs of one resource at once, an answer to nobody. */
  | { readonly saw: "breach"; readonly node: string; readonly law: number; readonly text: string };

export type Onlooker = (sight: Sight, nowMs: number) => void;
