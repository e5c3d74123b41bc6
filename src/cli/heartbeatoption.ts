// The command line of Heartbeat's daemon, cut as getopt(3) cuts it (heartbeat-config 6, and measured on 3.0.6).

export type HeartbeatLetter = "d" | "D" | "k" | "M" | "r" | "R" | "s" | "v" | "W" | "l" | "V" | "f";

export interface HeartbeatOptions {
  readonly letters: ReadonlySet<HeartbeatLetter>;
  /** Of -C: what of the resources is held; only a daemon that executes itself anew says it. */
  readonly held?: string;
}

export type HeartbeatReading =
  | { readonly kind: "good"; readonly options: HeartbeatOptions }
  | { readonly kind: "wrong"; readonly complaint?: string };

const letters: ReadonlySet<string> = new Set("dDkMrRsvWlVf");

export const heartbeatUsage = `
Usage: heartbeat [-dDkMrRsvWlVf] [-C Current-resource-state]
\t-C only valid with -R
\t-r is mutually exclusive with -R`;

export function readHeartbeatOptions(argv: readonly string[]): HeartbeatReading {
  const found = new Set<HeartbeatLetter>();
  let held: string | undefined;
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? "";
    if (word === "--") break;
    // Anything else than an option is not looked at.
    if (!word.startsWith("-") || word === "-") continue;
    for (let index = 1; index < word.length; index += 1) {
      const letter = word[index] ?? "";
      if (isLetter(letter)) {
        found.add(letter);
        continue;
      }
      if (letter !== "C") return { kind: "wrong", complaint: `invalid option -- '${letter}'` };
      held = word.slice(index + 1) || argv[++at];
      if (held === undefined) {
        return { kind: "wrong", complaint: "option requires an argument -- 'C'" };
      }
      break;
    }
  }
  if (held !== undefined && !found.has("R")) return { kind: "wrong" };
  return { kind: "good", options: { letters: found, ...(held !== undefined && { held }) } };
}

function isLetter(letter: string): letter is HeartbeatLetter {
  return letters.has(letter);
}
