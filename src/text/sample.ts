// Files to start from, as docs/sample has them. There is none of authkeys: a key that everybody knows
// keeps nobody out.

import carpConf from "../../docs/sample/carp.conf" with { type: "text" };
import haCf from "../../docs/sample/ha.cf" with { type: "text" };
import haresources from "../../docs/sample/haresources" with { type: "text" };
import unprivileged from "../../docs/sample/unprivileged.conf" with { type: "text" };

/** By the name of the file. */
export const samples: Readonly<Record<string, string>> = {
  "ha.cf": haCf,
  haresources,
  "carp.conf": carpConf,
  "unprivileged.conf": unprivileged,
};
