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
} as const;

export type ExitCode = (typeof exit)[keyof typeof exit];
