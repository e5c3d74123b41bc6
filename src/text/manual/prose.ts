// What manual pages say that is nowhere else: docs/man, and guides that are about one command; embedded when hb
// is built.

import events from "../../../docs/events.md" with { type: "text" };
import agent from "../../../docs/man/hb-agent.8.md" with { type: "text" };
import apphbd from "../../../docs/man/hb-apphbd.8.md" with { type: "text" };
import check from "../../../docs/man/hb-check.8.md" with { type: "text" };
import doctor from "../../../docs/man/hb-doctor.8.md" with { type: "text" };
import keygen from "../../../docs/man/hb-keygen.8.md" with { type: "text" };
import listen from "../../../docs/man/hb-listen.8.md" with { type: "text" };
import logd from "../../../docs/man/hb-logd.8.md" with { type: "text" };
import node from "../../../docs/man/hb-node.8.md" with { type: "text" };
import propagate from "../../../docs/man/hb-propagate.8.md" with { type: "text" };
import release from "../../../docs/man/hb-release.8.md" with { type: "text" };
import send from "../../../docs/man/hb-send.8.md" with { type: "text" };
import show from "../../../docs/man/hb-show.8.md" with { type: "text" };
import simulate from "../../../docs/man/hb-simulate.8.md" with { type: "text" };
import standby from "../../../docs/man/hb-standby.8.md" with { type: "text" };
import status from "../../../docs/man/hb-status.8.md" with { type: "text" };
import takeover from "../../../docs/man/hb-takeover.8.md" with { type: "text" };
import version from "../../../docs/man/hb-version.8.md" with { type: "text" };
import wait from "../../../docs/man/hb-wait.8.md" with { type: "text" };

/** By command, in Markdown. A command without an entry has a page all the same: its declaration. */
export const prose: Readonly<Record<string, string>> = {
  agent,
  apphbd,
  check,
  doctor,
  events,
  keygen,
  logd,
  listen,
  node,
  propagate,
  release,
  send,
  show,
  simulate,
  standby,
  status,
  takeover,
  version,
  wait,
};
