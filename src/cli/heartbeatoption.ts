// The command line of Heartbeat's daemon, cut as getopt(3) cuts it (heartbeat-config 6, and measured on 3.0.6).

export type HeartbeatLetter = "d" | "D" | "k" | "M" | "r" | "R" | "s" | "v" | "W" | "l" | "f";

export interface HeartbeatOptions {
  readonly letters: ReadonlySet<HeartbeatLetter>;
  /** How often -d stands there. */
  readonly debug: number;
}

/** What is wrong with a word: getopt says it behind the program's name, the rest is a line of the log. */
export interface HeartbeatComplaint {
  readonly by: "getopt" | "log";
  readonly text: string;
}

/** Reading goes on behind a wrong word, and ends with -V, whatever follows. */
export type HeartbeatReading = { readonly complaints: readonly HeartbeatComplaint[] } & (
  | { readonly kind: "good"; readonly options: HeartbeatOptions }
  | { readonly kind: "version" }
  | { readonly kind: "wrong" }
);

const letters: ReadonlySet<string> = new Set("dDkMrRsvWlf");

/** What -C takes; only a daemon that executes itself anew says it, which hb never does. */
const resourceStates: ReadonlySet<string> = new Set(["none", "local", "foreign", "all"]);

export const heartbeatUsage = `
Usage: heartbeat [-dDkMrRsvWlVf] [-C Current-resource-state]
\t-C only valid with -R
\t-r is mutually exclusive with -R`;

export function readHeartbeatOptions(argv: readonly string[]): HeartbeatReading {
  const found = new Set<HeartbeatLetter>();
  const complaints: HeartbeatComplaint[] = [];
  let debug = 0;
  let isStateGiven = false;
  let isWrong = false;
  const wrong = (text: string) => {
    isWrong = true;
    complaints.push({ by: "getopt", text });
  };
  for (let at = 0; at < argv.length; at += 1) {
    const word = argv[at] ?? "";
    if (word === "--") break;
    // Anything else than an option is not looked at.
    if (!word.startsWith("-") || word === "-") continue;
    for (let index = 1; index < word.length; index += 1) {
      const letter = word[index] ?? "";
      if (letter === "V") return { kind: "version", complaints };
      if (letter === "d") debug += 1;
      if (isLetter(letter)) found.add(letter);
      else if (letter !== "C") wrong(`invalid option -- '${letter}'`);
      else {
        const state = word.slice(index + 1) || argv[++at];
        if (state === undefined) wrong("option requires an argument -- 'C'");
        // Behind -R it says nothing of it.
        else if (!resourceStates.has(state) && !found.has("R")) {
          complaints.push({ by: "log", text: `encode_resources: bad resource type [${state}]` });
        }
        isStateGiven ||= state !== undefined;
        break;
      }
    }
  }
  if (isWrong || (isStateGiven && !found.has("R"))) return { kind: "wrong", complaints };
  return { kind: "good", options: { letters: found, debug }, complaints };
}

function isLetter(letter: string): letter is HeartbeatLetter {
  return letters.has(letter);
}
