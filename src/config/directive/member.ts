// Directives about who is in the cluster and about time (heartbeat-config 2, "Nodes" and "Timing").

import { quote, readInteger } from "../unit.ts";
import { choice, type Directives, scalar, text, time, withWarning } from "./directive.ts";

/** Names of nodes, with those of ping nodes (a limit of the real daemon). */
export const nodeCountMax = 100;

/** What a host may be called: it stands in messages, files and arguments of scripts. */
const nodeName = /^[a-z0-9_][a-z0-9_.-]{0,63}$/;

/** True for a lower-case name that a node may have. */
export function isNodeName(name: string): boolean {
  return nodeName.test(name);
}

export const memberDirectives: Directives = {
  node: {
    shape: "list",
    set(_, value, { draft, report }) {
      const node = value.text.toLowerCase();
      const nodes = draft.nodes ?? [];
      if (!isNodeName(node)) {
        report.error(
          value,
          `"node" must be a host name: ${quote(value.text)} is none`,
          'Letters, digits, "-", "." and "_"; at most 64. "uname -n" says the name of a host',
        );
      } else if (nodes.includes(node)) {
        report.warning(value, `Node "${node}" is named twice`);
      } else if (nodes.length === nodeCountMax) {
        report.error(value, `Too many nodes: at most ${nodeCountMax} are possible`);
      } else {
        draft.nodes = [...nodes, node];
      }
    },
  },
  autojoin: choice("autojoin", ["none", "other", "any"]),
  cluster: text("cluster"),
  uuidfrom: choice("uuidfrom", ["file", "nodename"]),
  hbgenmethod: choice("hbgenmethod", ["file", "time"]),
  quorum_server: withWarning(text("quorumServer"), () => [
    "hb does not ask a quorum server yet: this line has no effect",
  ]),

  keepalive: time("keepaliveMs"),
  deadtime: time("deadtimeMs"),
  warntime: time("warntimeMs"),
  initdead: time("initdeadMs"),
  deadping: time("deadpingMs"),
  // A plain number of milliseconds. Heartbeat does not look at what stands behind the digits, so the
  // unit may be there.
  max_rexmit_delay: scalar("maxRexmitDelayMs", (value) =>
    readInteger(value.replace(/^(\d+)ms(ec)?$/i, "$1"), 1, 3_600_000),
  ),
};
