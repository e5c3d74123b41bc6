// Everything that can happen to a made-up cluster from outside: faults, repairs, operators. Plain data,
// so that a run can be printed, cut down to what matters, and replayed bit for bit.
//
// What each act does stands in stage.ts. An act that makes no sense at its moment (a freeze of a
// host that is off) does nothing: any subset of a list of acts is a list of acts.

import type { ClusterConfig } from "../config/cluster.ts";
import type { GroupSet } from "../core/wish.ts";
import type { Breed } from "./shape.ts";

/** How the scripts of one resource behave on one host. Nothing set: they work at once. */
export interface Temper {
  readonly startFails?: boolean;
  readonly stopFails?: boolean;
  readonly startHangs?: boolean;
  readonly stopHangs?: boolean;
  /** `status` says "running" of what is stopped, and the other way round. */
  readonly statusLies?: boolean;
  readonly tookMs?: number;
  /** What `status` takes; absent: as long as the others. */
  readonly statusMs?: number;
}

/** What a network does to packets beyond delivering them, as probabilities from 0 to 1. */
export interface Weather {
  readonly loss?: number;
  readonly duplicate?: number;
  /** Of one bit or several of a packet. */
  readonly corrupt?: number;
  /** Each packet takes up to so much longer: they overtake each other. */
  readonly jitterMs?: number;
}

export type Act =
  /** Power: the host boots and its agent starts; everything on it is gone at once. */
  | { readonly act: "start" | "kill"; readonly node: string }
  /** Desk and pulse get SIGKILL together, and stay away until "start". */
  | { readonly act: "crash"; readonly node: string }
  /** One of the two processes gets SIGKILL; its keeper (the desk, the service manager) acts. */
  | { readonly act: "kill-desk" | "kill-pulse"; readonly node: string }
  /** The whole host stands still and goes on: SIGSTOP, a paused virtual machine. */
  | { readonly act: "freeze" | "thaw"; readonly node: string }
  /** Nothing gets from one side to the other any more, on one link or on all of them. */
  | {
      readonly act: "cut";
      readonly from: readonly string[];
      readonly to: readonly string[];
      readonly oneWay?: boolean;
      readonly link?: string;
    }
  /** Cables are whole again and the weather is fine, on one link or on all of them. */
  | { readonly act: "heal"; readonly link?: string }
  | { readonly act: "weather"; readonly weather: Weather; readonly link?: string }
  /** A node hears packets again that were recorded on its links at least `agoMs` ago. */
  | {
      readonly act: "replay";
      readonly node: string;
      readonly count: number;
      readonly agoMs: number;
      /** Of adverts: without their seals, and with this timing, which CARP's digest does not cover. */
      readonly bare?: {
        readonly advbase: number;
        readonly advskew: number;
        readonly demote: number;
      };
    }
  /** The wall clock leaps, or goes so much too fast from now on. The monotonic clock never does. */
  | { readonly act: "clock"; readonly node: string; readonly stepMs: number }
  | { readonly act: "drift"; readonly node: string; readonly ppm: number }
  /** A file of state is gone or holds garbage: matters at the next start. */
  | {
      readonly act: "lose";
      readonly node: string;
      readonly file: "generation" | "uuid" | "memory" | "hostcache" | "seals";
      readonly how: "lost" | "torn";
    }
  /** Nothing can be written any more, or can again. */
  | { readonly act: "disk"; readonly node: string; readonly full: boolean }
  | {
      readonly act: "script";
      readonly node: string;
      readonly word: string;
      readonly temper: Temper;
    }
  /** A service ends by itself, and nobody is told. */
  | { readonly act: "dies"; readonly node: string; readonly word: string }
  | {
      readonly act: "command";
      readonly node: string;
      readonly command: "standby" | "takeover";
      readonly set: GroupSet;
    }
  | { readonly act: "leave"; readonly node: string }
  /** Clients want to hear messages of these classes from now on (core/clients/filter.ts). */
  | { readonly act: "listen"; readonly node: string; readonly filter: number }
  /** Somebody writes a message into the FIFO, as the old commands do, or a client says it; the mind has it as
   *  it is. */
  | {
      readonly act: "fifo";
      readonly node: string;
      readonly fields: Readonly<Record<string, string>>;
    }
  /** This node reads other files from now on (SIGHUP): half a key rotation, another haresources. */
  | { readonly act: "reload"; readonly node: string; readonly config: ClusterConfig }
  /** The node and the ping nodes do not reach each other, or do again. */
  | { readonly act: "blind" | "see"; readonly node: string }
  /** An address vanishes from the interface; for good: the interface itself is gone. */
  | {
      readonly act: "address-lost";
      readonly node: string;
      readonly word: string;
      readonly forGood?: boolean;
    }
  /** Somebody who is no member answers for the address. */
  | { readonly act: "rival"; readonly node: string; readonly word: string }
  /** The carrier of an interface is lost or back (virtual routers go by it). */
  | {
      readonly act: "carrier";
      readonly node: string;
      readonly device: string;
      readonly up: boolean;
    }
  /** The interface itself is set down, or up. */
  | {
      readonly act: "device";
      readonly node: string;
      readonly device: string;
      readonly up: boolean;
    }
  /** Nothing that the node sends leaves it, and it is told so (a full queue); or all is well again. */
  | { readonly act: "mute"; readonly node: string; readonly on: boolean }
  /** The check commands of virtual routers fail, or work again. */
  | { readonly act: "check"; readonly node: string; readonly ok: boolean }
  /** Masters among the virtual routers hand over (SIGUSR2 of ucarp). */
  | { readonly act: "yield"; readonly node: string }
  /** From the next start on another program runs here, with the same addresses. */
  | { readonly act: "breed"; readonly node: string; readonly breed: Breed };

/** An act and its moment, in milliseconds since the run began. */
export type TimedAct = Act & { readonly at: number };
