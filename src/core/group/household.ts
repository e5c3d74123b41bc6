// What a group shares with the other groups of its node.

import type { Group } from "./group.ts";
import type { GroupRules } from "./work.ts";

export interface Household {
  readonly rules: () => GroupRules;
  readonly nextJob: () => number;
  /** Another group here that is to stop one of these words before anybody else may have it. */
  readonly leaver: (group: Group, words: readonly string[]) => string | undefined;
}
