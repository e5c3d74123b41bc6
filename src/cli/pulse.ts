// `hb pulse`: the other half of the agent, which the agent starts. Not for users.

import { fstatSync } from "node:fs";
import { command } from "./command.ts";
import { type ExitCode, exit } from "./exit.ts";
import { say } from "./output.ts";

/** Where the agent puts the channel. */
const channelFd = 3;

export const pulse = command({
  name: "pulse",
  summary: "Runs the heartbeat loop; started by the agent",
  examples: ["hb agent"],
  hidden: true,
  notes: "The agent starts this by itself, with its channel as descriptor 3",
  async run() {
    if (!isSocket(channelFd)) {
      say('The pulse is started by the agent alone: run "hb agent"');
      return exit.failed;
    }
    const { runPulse } = await import("../pulse/main.ts");
    return runPulse(channelFd) as ExitCode;
  },
});

function isSocket(fd: number): boolean {
  try {
    return fstatSync(fd).isSocket();
  } catch {
    return false;
  }
}
