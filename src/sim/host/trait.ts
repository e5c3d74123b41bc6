// What the kinds of agents are like as programs, whatever they decide: how many processes they are, and
// what a death of one of them leaves behind.

import type { Breed } from "../shape.ts";

export interface Traits {
  /** Desk and pulse are two processes, and each is started again when it dies alone. */
  readonly isTwo: boolean;
  /** Addresses are leased from the kernel, unless the configuration says otherwise. */
  readonly leases: boolean;
  /** What is up here is remembered for the next run. */
  readonly remembers: boolean;
  /** Links whose carrier comes and goes are told to the mind. */
  readonly watchesLinks: boolean;
  /** A second SIGTERM ends the scripts, a third the agent; else it is only told again. */
  readonly hurries: boolean;
}

const hb: Traits = {
  isTwo: true,
  leases: true,
  remembers: true,
  watchesLinks: true,
  hurries: true,
};
const old: Traits = {
  isTwo: false,
  leases: false,
  remembers: false,
  watchesLinks: false,
  hurries: false,
};
/** Its scripts ask the kernel what is up. */
const heartbeat3: Traits = { ...old, remembers: true };

export const traitsOf: Readonly<Record<Breed, Traits>> = {
  hb,
  heartbeat3,
  ucarp: old,
  openbsd: old,
  freebsd: old,
};
