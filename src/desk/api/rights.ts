// Who may use the API, and under which name: the apiauth lines of ha.cf, and what holds without them
// (heartbeat-api.md 8).

import type { ApiAuth, HaConf } from "../../config/haconf.ts";
import { isPacemakerOn } from "../../config/parameter.ts";
import { type AccountKind, accountNumber } from "../account.ts";

/** A client passes if its user or its group is listed. */
interface Right {
  readonly uids: ReadonlySet<number>;
  readonly gids: ReadonlySet<number>;
}

/** Says why a client is refused; undefined: it is not. Casual clients have no name. */
export type Authorize = (
  name: string | undefined,
  who: { readonly uid: number; readonly gid: number },
) => string | undefined;

/** What holds for a name that no line has. */
function builtIn(pacemaker: string): ApiAuth[] {
  const right = (user: string, ...clients: readonly string[]): ApiAuth[] =>
    clients.map((client) => ({ client, uids: [user], gids: [] }));
  const always = [
    { client: "anon", uids: ["root"], gids: ["haclient"] },
    { client: "ping", uids: [], gids: ["haclient"] },
    ...right("hacluster", "ipfail", "ccm"),
    ...right("root", "lha-snmpagent"),
  ];
  if (!isPacemakerOn(pacemaker)) return always;
  const some = [...always, ...right("hacluster", "cib", "crmd")];
  if (/^(manual|minimal)$/i.test(pacemaker)) return some;
  return [
    ...some,
    ...right("hacluster", "attrd"),
    ...right("root", "stonithd", "stonith-ng", "pingd"),
  ];
}

/** Looks up every name. One that this host does not know gives no right to anybody. */
export async function rightsOf(
  { apiauth, pacemaker }: Pick<HaConf, "apiauth" | "pacemaker">,
  numberOf: typeof accountNumber = accountNumber,
): Promise<Authorize> {
  const numbersOf = async (kind: AccountKind, names: readonly string[]) => {
    const numbers = await Promise.all(names.map((name) => numberOf(kind, name)));
    return new Set(numbers.filter((number) => number !== undefined));
  };
  const lines = new Map(
    [...builtIn(pacemaker), ...apiauth].map((line) => [line.client, line] as const),
  );
  const rights = new Map<string, Right>();
  for (const { client, uids, gids } of lines.values()) {
    rights.set(client, {
      uids: await numbersOf("user", uids),
      gids: await numbersOf("group", gids),
    });
  }
  return (name, { uid, gid }) => {
    const right =
      name === undefined ? rights.get("anon") : (rights.get(name) ?? rights.get("default"));
    if (right === undefined) {
      return name === undefined ? "apiauth anon missing" : "no default client auth";
    }
    return right.uids.has(uid) || right.gids.has(gid) ? undefined : "client failed authorization";
  };
}
