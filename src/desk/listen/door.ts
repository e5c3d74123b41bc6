// The programs' own door: a socket beside the control socket to which every user may connect. Who that is, as the
// kernel says, and apiauth decide what he hears and says there; nothing else is served.

import { reasonOf } from "../../../ffi/error.ts";
import { Control, type Serve, type Visit } from "../control.ts";
import type { Log } from "../log.ts";
import type { Done } from "../request.ts";
import { done, type Hall, listen, send } from "./programs.ts";
import type { ListenWish } from "./wish.ts";

/** Nobody needs so many, and no user alone can keep all others out. */
const perUserMax = 16;
/** Who has asked for nothing for so long wants nothing. */
const idleMs = 10_000;

/** Opens it. The cluster goes on without: the log says why. */
export async function openDoor(path: string, hall: Hall, log: Log): Promise<Control | undefined> {
  try {
    return await Control.listen(path, served(hall), { isOpenToAll: true, perUserMax, idleMs });
  } catch (error) {
    log.error(`Cannot serve programs at ${path}: ${reasonOf(error)}`, "client");
    return undefined;
  }
}

function served(hall: Hall): Serve {
  return async (request, visit) => {
    if (request.ask === "send") return send(request, visit, hall.api);
    if (request.ask !== "listen") return done(false, 'Only "listen" and "send" are served here');
    return refusal(request, visit, hall) ?? (await listen(request, visit, hall));
  };
}

/** Who has a channel may hear of the cluster as well, as a client of that name may; who has none is as one without a
 *  name (heartbeat-api.md 8). */
function refusal({ channels }: ListenWish, { peer }: Visit, { api }: Hall): Done | undefined {
  const why = channels.length > 0 ? undefined : api.refusal(undefined, peer);
  if (why === undefined) return undefined;
  const hint = 'write "apiauth anon uid=root,USER gid=haclient" into ha.cf, or be root';
  return done(false, `Not permitted to hear of the cluster (${why}): ${hint}`);
}
