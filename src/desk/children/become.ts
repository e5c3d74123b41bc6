// What `hb child` does: it becomes a program beside the agent, in the state in which Heartbeat starts such a program
// (heartbeat-api 10). Its environment and working directory it has from the desk, which cannot start a process as
// another user by itself.

import { constants } from "node:os";
import { accountOf } from "../../../ffi/account.ts";
import {
  becomeUser,
  execute,
  hearSignals,
  keepDescriptors,
  leadGroup,
  silence,
} from "../../../ffi/execute.ts";
import { ignoreSignals } from "../../../ffi/signal.ts";

const { SIGINT, SIGPIPE, SIGALRM } = constants.signals;
/** The runtime does not name them on every system; Linux has one number for each (signal(7)). */
const [SIGTTIN, SIGTTOU] = [21, 22];

/** As Heartbeat leaves them; whoever wants to hear them says so. */
const ignored = [SIGINT, SIGPIPE, SIGALRM, SIGTTIN, SIGTTOU];

const shell = "/bin/sh";

/** Becomes the program; throws why that is not possible. */
export function become(user: string, line: string): never {
  const account = accountOf(user);
  if (account === undefined) throw new Error(`Unknown user "${user}"`);
  leadGroup();
  process.umask(0o022);
  becomeUser(user, account);
  hearSignals(ignored);
  ignoreSignals(...ignored);
  keepDescriptors();
  // The last words are said: the desk reads their end.
  silence();
  throw execute(shell, [shell, "-c", `exec ${line}`]);
}
