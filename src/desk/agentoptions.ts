// What an agent is given, and how it ends.

import type { ClusterConfig } from "../config/cluster.ts";
import type { HaConf } from "../config/haconf.ts";
import type { Children } from "./children/children.ts";
import type { Identity } from "./identity.ts";
import type { Log } from "./log.ts";
import type { Notice } from "./notice.ts";
import type { Places } from "./place.ts";
import type { SettingsReader } from "./settingsreader.ts";
import type { SignalTasks } from "./signal.ts";
import type { StatusPage } from "./statuspage/statuspage.ts";

/** How an agent ends; the service manager starts the next one after each but 0. */
export type Ending = 0 | 1 | "anew";

export interface AgentOptions {
  readonly places: Places;
  readonly log: Log;
  readonly cluster: ClusterConfig;
  readonly conf: HaConf;
  readonly identity: Identity;
  readonly notice: Notice;
  readonly page: StatusPage;
  readonly children: Children;
  readonly reader: SettingsReader;
  hearSignals(tasks: SignalTasks): () => void;
}
