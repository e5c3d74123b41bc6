// The directories that commands share, as options.

import { defaultDirectories } from "../desk/place.ts";

export const runDirOption = {
  "run-dir": {
    type: "string",
    valueHint: "DIR",
    default: defaultDirectories.run,
    description: `Run directory of the agent (${defaultDirectories.run})`,
  },
} as const;

export const agentDirOptions = {
  dir: {
    type: "string",
    valueHint: "DIR",
    default: defaultDirectories.conf,
    description: `Configuration (${defaultDirectories.conf})`,
  },
  "state-dir": {
    type: "string",
    valueHint: "DIR",
    default: defaultDirectories.state,
    description: `What outlives a reboot (${defaultDirectories.state})`,
  },
  ...runDirOption,
} as const;
