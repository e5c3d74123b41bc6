// What a hand-over came to, in the words of its log line and of the answer to whoever asked for it.

import type { Settled } from "../group/hand.ts";
import type { Instant } from "../instant.ts";
import { listed, type Pair, troubles } from "./pair.ts";
import type { Handover } from "./standby.ts";

export function verdict(
  { role, moved, since }: Handover,
  outcomes: readonly Settled[],
  { pair, now }: { readonly pair: Pair; readonly now: Instant },
): { readonly ok: boolean; readonly text: string } {
  const { partner, self } = pair;
  const wrong = troubles(role === "giver" ? "give" : "take", outcomes);
  const keys = outcomes.map(({ key }) => key).filter((key) => moved.includes(key));
  const [from, to] = role === "giver" ? [self, partner.name] : [partner.name, self];
  const what = `Moved ${listed(keys)} from ${from} to ${to} in ${Math.round(now - since)} ms`;
  const text = keys.length === 0 ? "Nothing had to move" : what;
  if (wrong.length === 0) return { ok: true, text };
  return { ok: false, text: `${text}, but ${listed(wrong)}` };
}
