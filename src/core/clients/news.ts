// What a node tells its own clients without having heard it from anybody (heartbeat-api.md 7): in the order of
// fields in which 3.0.6 says it.

import { type Message, text } from "../../wire/message.ts";

/** A node's status as this one sees it; of a ping node too. */
export function statusNews(
  { name, kind, word }: { readonly name: string; readonly kind: string; readonly word: string },
  unixSeconds: number,
): Message {
  const fields = { t: "status", seq: "1", ts: unixSeconds.toString(16), src: name, st: word };
  return text(kind === "ping" ? { ...fields, info: "ping" } : fields);
}

/** A node is heard by this link again, or not any more. */
export function linkNews(node: string, link: string, status: "up" | "dead"): Message {
  return text({ t: "ifstat", node, ifname: link, st: status });
}

/** A node does not belong to the cluster any more. */
export function removalNews(node: string): Message {
  return text({ t: "delnode", node });
}
