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
  --warmup TIME     the time before is not judged (a quarter of the run, at most 10m)
  --json FILE       every sample, for other tools

Two hb nodes in namespaces; needs root. 0: nothing grew, 1: something did, 2: usage.
`;

const MINUTE_MS = 60_000;
const WARMUP_MS_MAX = 10 * MINUTE_MS;

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
  const quarter = Math.min(WARMUP_MS_MAX, (numbers.minutes * MINUTE_MS) / 4);
  return {
    ...numbers,
    faults: words.faults,
    keepaliveMs: keepalive,
    deadtimeMs: deadtime,
    everyMs: every,
    warmupMs: times.warmup ?? quarter,
    ...(words.json === undefined ? {} : { json: words.json }),
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
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
