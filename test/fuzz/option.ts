// What `npm run fuzz` is told, and what it says of itself.

export const usage = `Runs made-up inputs through every parser of hb.

  npm run fuzz -- --minutes 10                 all parsers, ten minutes
  npm run fuzz -- --inputs 10000000            ten million inputs over all parsers
  npm run fuzz -- --only packet,core --seed 7  two of them, the same inputs each time
  npm run fuzz -- --replay FILE                one input that failed
  npm run fuzz -- --list                       which parsers there are

  --minutes M   stop after so long (1 when nothing else is said)
  --inputs N    stop after so many inputs
  --seed S      the same seed gives each parser the same inputs in the same order (default: 1)
  --only NAMES  these parsers alone, with commas between
  --workers N   so many processes side by side, each with a seed of its own (default: 1)
`;

export interface Options {
  readonly kind: "run";
  readonly minutes: number;
  readonly inputs: number;
  readonly seed: number;
  /** Empty: all. */
  readonly only: readonly string[];
  readonly workers: number;
}

export type Asked =
  | Options
  | { readonly kind: "replay"; readonly file: string }
  | { readonly kind: "list" | "help" }
  | { readonly kind: "wrong"; readonly reason: string };

/** Reads the words behind `npm run fuzz --`. */
export function readOptions(argv: readonly string[]): Asked {
  const values = new Map<string, string>();
  for (let at = 0; at < argv.length; at++) {
    const [name = "", joined] = (argv[at] ?? "").split("=", 2);
    if (name === "--list") return { kind: "list" };
    if (name === "--help") return { kind: "help" };
    if (!known.includes(name)) return { kind: "wrong", reason: `Unknown option "${name}"` };
    const value = joined ?? argv[++at];
    if (value === undefined) return { kind: "wrong", reason: `"${name}" misses its value` };
    values.set(name, value);
  }
  const file = values.get("--replay");
  if (file !== undefined) return { kind: "replay", file };
  const number = (name: string, standard: number) => Number(values.get(name) ?? standard);
  const endless = Number.POSITIVE_INFINITY;
  const inputs = number("--inputs", endless);
  const options: Options = {
    kind: "run",
    minutes: number("--minutes", inputs === endless ? 1 : endless),
    inputs,
    seed: number("--seed", 1),
    only: (values.get("--only") ?? "").split(",").filter((name) => name !== ""),
    workers: number("--workers", 1),
  };
  const { minutes, seed, workers } = options;
  if (!(minutes > 0 && inputs > 0)) return { kind: "wrong", reason: "A limit must be above 0" };
  if (!Number.isInteger(seed)) return { kind: "wrong", reason: "A seed is a whole number" };
  if (!(Number.isInteger(workers) && workers >= 1 && workers <= 64)) {
    return { kind: "wrong", reason: "There are 1 to 64 workers" };
  }
  return options;
}

const known = ["--minutes", "--inputs", "--seed", "--only", "--workers", "--replay"];
