// What hb's exit codes mean (the LSB's numbers for init scripts).

export const exit = {
  done: 0,
  failed: 1,
  usage: 2,
  /** `hb status` only: the agent is not running. */
  stopped: 3,
  notPermitted: 4,
  /** `hb status` only: the agent runs, but its state cannot be told. */
  unknown: 4,
  /** The configuration has problems. */
  configuration: 6,
  notRunning: 7,
  /** `hb agent` only: the service manager shall start the next one, which goes on. */
  anew: 75,
} as const;

export type ExitCode = (typeof exit)[keyof typeof exit];
