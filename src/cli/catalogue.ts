// Every command of hb, in the order of the overview. A command's module is loaded only when it is
// called: most of hb is not needed to print a status.

import { heedHangup } from "../desk/hangup.ts";
import type { Command } from "./command.ts";

interface Entry {
  readonly name: string;
  /** Repeated here so that the overview need not load every module; a test keeps them equal. */
  readonly summary: string;
  readonly hidden?: true;
  /** What cannot wait until its module is loaded. */
  readonly first?: () => void;
  load(): Promise<Command>;
}

export const catalogue: readonly Entry[] = [
  {
    name: "agent",
    summary: "Runs the agent of this node in the foreground",
    first: heedHangup,
    load: async () => (await import("./agent.ts")).agent,
  },
  {
    name: "carp",
    summary: "Shares addresses by CARP, without a cluster",
    first: heedHangup,
    load: async () => (await import("./carp.ts")).carp,
  },
  {
    name: "status",
    summary: "Shows every node, link and group, and why it is there",
    load: async () => (await import("./status.ts")).status,
  },
  {
    name: "events",
    summary: "Shows what happened here, also before the last restart",
    load: async () => (await import("./events.ts")).events,
  },
  {
    name: "standby",
    summary: "Hands groups of this node to the others",
    load: async () => (await import("./standby.ts")).standby,
  },
  {
    name: "takeover",
    summary: "Takes groups from the others to this node",
    load: async () => (await import("./takeover.ts")).takeover,
  },
  {
    name: "release",
    summary: "Releases what an agent that is gone left on this host",
    load: async () => (await import("./release.ts")).release,
  },
  {
    name: "wait",
    summary: "Waits until the cluster is as a script needs it",
    load: async () => (await import("./wait.ts")).wait,
  },
  {
    name: "listen",
    summary: "Tells programs what happens in the cluster, and what is said to them",
    load: async () => (await import("./listen.ts")).listen,
  },
  {
    name: "send",
    summary: "Says something to programs on the nodes that listen",
    load: async () => (await import("./send.ts")).send,
  },
  {
    name: "node",
    summary: "Adds nodes to the running cluster or removes them",
    load: async () => (await import("./node.ts")).node,
  },
  {
    name: "check",
    summary: "Checks ha.cf, authkeys and haresources",
    load: async () => (await import("./check.ts")).check,
  },
  {
    name: "doctor",
    summary: "Looks for what is wrong, and says what repairs it",
    load: async () => (await import("./doctor.ts")).doctor,
  },
  {
    name: "simulate",
    summary: "Shows what would happen to this cluster if hosts or networks failed",
    load: async () => (await import("./simulate.ts")).simulate,
  },
  {
    name: "keygen",
    summary: "Makes an authkeys file with a fresh key",
    load: async () => (await import("./keygen.ts")).keygen,
  },
  {
    name: "propagate",
    summary: "Copies the configuration to the other nodes and enables hb there",
    load: async () => (await import("./propagate.ts")).propagate,
  },
  {
    name: "show",
    summary: "Prints the manual, the unit, samples and shell completions",
    load: async () => (await import("./show.ts")).show,
  },
  {
    name: "logd",
    summary: "Writes the log for programs that may not wait for a disk, as ha_logd",
    first: heedHangup,
    load: async () => (await import("./logd.ts")).logd,
  },
  {
    name: "version",
    summary: "Shows the version",
    load: async () => (await import("./version.ts")).version,
  },
  {
    name: "apphbd",
    summary: "Watches over programs that register and send heartbeats",
    first: heedHangup,
    load: async () => (await import("./apphbd.ts")).apphbd,
  },
  {
    name: "complete",
    summary: "Prints what may be typed next; called by the shell's completion",
    hidden: true,
    load: async () => (await import("./complete.ts")).complete,
  },
  {
    name: "ip-up",
    summary: "Tells the agent that a PPP link is up; called by pppd",
    hidden: true,
    load: async () => (await import("./ip-up.ts")).ipUp,
  },
  {
    name: "ip-down",
    summary: "Tells the agent that a PPP link is down; called by pppd",
    hidden: true,
    load: async () => (await import("./ip-up.ts")).ipDown,
  },
  {
    name: "pulse",
    summary: "Runs the heartbeat loop; started by the agent",
    hidden: true,
    load: async () => (await import("./pulse.ts")).pulse,
  },
  {
    name: "child",
    summary: "Becomes a program of ha.cf, as its user; started by the agent",
    hidden: true,
    load: async () => (await import("./child.ts")).child,
  },
  {
    name: "carry-on",
    summary: "Runs virtual routers in the background; started by hb carp",
    hidden: true,
    load: async () => (await import("./carryon.ts")).carryOn,
  },
];
