// The directive that only hb has for CARP: one virtual router in the agent (docs/directives.md).

import { addRouter } from "../carp/file.ts";
import type { Directives } from "./directive.ts";

export const carpDirectives: Directives = {
  carp: {
    shape: "line",
    set(name, words, { draft, report }) {
      const routers = [...(draft.routers ?? [])];
      addRouter(name, words, routers, report);
      draft.routers = routers;
    },
  },
};
