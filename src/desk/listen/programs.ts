// Programs on the control socket: they listen, and speak to programs elsewhere, with the rights that clients of
// Heartbeat's API have under the same name.

import type { Credentials } from "../../../ffi/credentials.ts";
import { text } from "../../wire/message.ts";
import type { Api } from "../api/api.ts";
import { byteString } from "../bytestring.ts";
import type { Visit } from "../control.ts";
import type { Answer, Done } from "../request.ts";
import type { ListenWish, SendWish } from "./wish.ts";

export interface Hall {
  readonly api: Api;
  /** The answer to a question for the status. */
  snapshot(): Promise<Done>;
}

/** Tells a program everything as it is, and from then on what it wants to hear. */
export async function listen(
  wish: ListenWish,
  visit: Visit,
  { api, snapshot }: Hall,
): Promise<Answer> {
  for (const channel of wish.channels) {
    const refusal = refusalOf(channel, visit.peer, api);
    if (refusal !== undefined) return refusal;
  }
  const hearing = api.listeners.add(wish, visit.tell);
  visit.whenGone(hearing.end);
  const status = await snapshot();
  if (status.snapshot === undefined) {
    hearing.end();
    return status;
  }
  hearing.begin(status.snapshot);
  return { say: "done", ok: true, text: "Listening" };
}

/** Says something in the name of a program: a message of the type that nothing in the cluster acts on. */
export function send(wish: SendWish, visit: Visit, api: Api): Answer {
  const { channel, to, fields } = wish;
  const refusal = refusalOf(channel, visit.peer, api);
  if (refusal !== undefined) return refusal;
  if (to !== undefined && api.nodes.length > 0 && !api.nodes.includes(to)) {
    return done(false, `Node ${to} is not in the cluster: its nodes are ${api.nodes.join(", ")}`);
  }
  const said = Object.entries(fields).map(([name, value]) => [name, byteString(value)] as const);
  const message = text({
    t: "message",
    ...(to !== undefined && { dest: to }),
    ...{ from_id: channel, to_id: channel, client_gen: "0" },
  });
  const more = said.map(([name, value]) => ({ name, type: "string", value }) as const);
  if (api.say({ fields: [...message.fields, ...more] })) return done(true, "Sent");
  return done(false, "The cluster does not take it now: ask again in a moment");
}

function refusalOf(channel: string, who: Credentials, api: Api): Done | undefined {
  const why = api.refusal(channel, who);
  if (why === undefined) return undefined;
  const hint = `write "apiauth ${channel} uid=USER" into ha.cf, or be root`;
  return done(false, `Not permitted to use the channel ${channel} (${why}): ${hint}`);
}

export function done(ok: boolean, text: string): Done {
  return { say: "done", ok, text };
}
