// `hb release`: what an agent that is gone for good left on this host is released. hb-release.service runs it.

import { command } from "./command.ts";
import { agentDirOptions } from "./directory.ts";
import { type ExitCode, exit } from "./exit.ts";
import { say } from "./output.ts";

export const release = command({
  name: "release",
  summary: "Releases what an agent that is gone left on this host",
  examples: ["hb release", "hb release --dir ./ha.d --state-dir ./state --run-dir ./run"],
  args: agentDirOptions,
  notes: `Takes down the addresses that the agent held, at once, and stops its services in reverse order. It
refuses while an agent runs, which does that by itself when it ends. Done twice, it finds nothing.`,
  exits: [
    [exit.done, "released, or there was nothing"],
    [exit.failed, "something may still be up, or an agent runs"],
    [exit.notPermitted, "not permitted"],
  ],
  async run({ args, calledAs }) {
    const [{ runRelease }, { TakeOff }] = await Promise.all([
      import("../desk/release/start.ts"),
      import("../pulse/takeoff.ts"),
    ]);
    const directories = { conf: args.dir, state: args["state-dir"], run: args["run-dir"] };
    try {
      const released = await runRelease({
        directories,
        hands: (config, log) => new TakeOff(config, log),
      });
      return codeOf(released, args["run-dir"]);
    } catch (error) {
      if (!isForbidden(error)) throw error;
      say(`${calledAs}: not permitted in ${args["run-dir"]}: only who runs the agent may`);
      return exit.notPermitted;
    }
  },
});

type Released = Awaited<ReturnType<typeof import("../desk/release/start.ts").runRelease>>;

function codeOf(released: Released, run: string): ExitCode {
  switch (released.end) {
    case "refused":
      say(released.text);
      say('Nothing is released: an agent that runs does it by itself, "systemctl stop hb"');
      return exit.failed;
    case "nothing":
      say(`Nothing is left of an agent in ${run}`);
      return exit.done;
    case "released":
      if (released.left.length === 0) return exit.done;
      say("Stop it by hand before another node uses it, or try again: hb release");
      return exit.failed;
  }
}

function isForbidden(error: unknown): boolean {
  const codes: unknown[] = ["EACCES", "EPERM"];
  return error instanceof Error && "code" in error && codes.includes(error.code);
}
