// The command line of soak.

import { parseArgs } from "node:util";
import { readPositiveTime } from "../../src/config/unit.ts";

export interface Options {
  readonly minutes: number;
  readonly faults: boolean;
  readonly seed: number;
  readonly keepaliveMs: number;
  readonly deadtimeMs: number;
  /** Between two samples. */
  readonly everyMs: number;
  /** What happens before is shown, not judged. */
  readonly warmupMs: number;
  readonly json?: string;
  /** A record that is judged again, instead of a run. */
  readonly again?: string;
}

export const USAGE = `Usage: npm run soak -- [OPTION…]
  npm run soak -- --minutes 60 --json hour.json
  npm run soak -- --minutes 10 --faults

  --minutes N       how long (60)
  --faults          hurt the nodes while it runs, and judge what is left of it
  --seed N          of the faults (1)
  --keepalive TIME  as in ha.cf (100ms)
  --deadtime TIME   as in ha.cf (500ms)
  --every TIME      between two samples (5s)
  --warmup TIME     the time before is not judged (half of the run, at most 30m)
  --json FILE       every sample, for other tools and for --again
  --again FILE      no run: judges such a record again, with --warmup

Two hb nodes in namespaces; needs root. 0: nothing grew, 1: something did, 2: usage.
`;

const MINUTE_MS = 60_000;
/** At 100 ms the runtime's heap is as large as its garbage makes it after some 25 minutes. */
const WARMUP_MS_MAX = 30 * MINUTE_MS;

/** The options; a string says what is wrong with them; undefined asks for help. */
export function optionsOf(args: readonly string[]): Options | string | undefined {
  const words = wordsOf(args);
  if (typeof words === "string") return words;
  if (words.help) return undefined;
  const numbers = { minutes: Number(words.minutes), seed: Number(words.seed) };
  if (!(numbers.minutes > 0)) return `"${words.minutes}" is no number of minutes`;
  if (!Number.isInteger(numbers.seed)) return `"${words.seed}" is no seed`;
  const times: Record<string, number> = {};
  for (const name of ["keepalive", "deadtime", "every", "warmup"] as const) {
    const text = words[name];
    if (text === undefined) continue;
    const time = readPositiveTime(text);
    if (!time.ok) return `--${name}: ${time.reason}`;
    times[name] = time.value;
  }
  const { keepalive = 100, deadtime = 500, every = 5_000 } = times;
  const half = Math.min(WARMUP_MS_MAX, (numbers.minutes * MINUTE_MS) / 2);
  return {
    ...numbers,
    faults: words.faults,
    keepaliveMs: keepalive,
    deadtimeMs: deadtime,
    everyMs: every,
    warmupMs: times.warmup ?? half,
    ...(words.json === undefined ? {} : { json: words.json }),
    ...(words.again === undefined ? {} : { again: words.again }),
  };
}

function wordsOf(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        minutes: { type: "string", default: "60" },
        faults: { type: "boolean", default: false },
        seed: { type: "string", default: "1" },
        keepalive: { type: "string" },
        deadtime: { type: "string" },
        every: { type: "string" },
        warmup: { type: "string" },
        json: { type: "string" },
        again: { type: "string" },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
