// `hb wait`: returns when the cluster is as a script needs it, or when the time is over.
//
// An agent that is not there yet is waited for as well: deploy scripts start it and then wait.

import { readTime, sayTime } from "../config/unit.ts";
import { ask } from "../desk/client.ts";
import { socketIn, whyNot } from "./asking.ts";
import { type Awaited, awaitedOf, missing } from "./awaited.ts";
import { command } from "./command.ts";
import { runDirOption } from "./directory.ts";
import { type ExitCode, exit } from "./exit.ts";
import { misuse } from "./misuse.ts";
import { say } from "./output.ts";

const lookEveryMs = 100;
/** A busy agent may take longer than the whole wait: one look is always finished. */
const answerMsMin = 1_000;

export const wait = command({
  name: "wait",
  summary: "Waits until the cluster is as a script needs it",
  examples: [
    "hb wait --for holder=10.0.0.100",
    "hb wait --for holder=10.0.0.100@alice --timeout 2m",
    "hb wait --for stable && hb standby",
  ],
  args: {
    for: {
      type: "string",
      valueHint: "active|stable|holder=GROUP[@NODE]",
      description: "What to wait for; all, if several",
    },
    timeout: {
      type: "string",
      valueHint: "TIME",
      default: "30s",
      description: "How long to wait (30s); 0 looks once",
    },
    ...runDirOption,
  },
  repeatable: ["for"],
  lists: [
    {
      title: "What to wait for",
      rows: [
        ["active", "This node is a full member"],
        ["stable", "It is, every group has a holder, and nothing moves"],
        ["holder=GROUP", "Some node holds the group, as far as this one knows"],
        ["holder=GROUP@NODE", "That node holds it"],
      ],
    },
  ],
  notes: `GROUP is the first resource of its line in haresources, as "hb status" shows it; of an address
what stands before the "/" is enough: 10.0.0.100 of 10.0.0.100/24/eth0.
An agent that does not run is waited for too: it may be starting.`,
  exits: [
    [exit.done, "it is so"],
    [exit.failed, "not so in time"],
    [exit.usage, "wrong use"],
    [exit.notPermitted, "not permitted"],
    [exit.notRunning, "no agent ran in the end"],
  ],
  async run({ args, every, calledAs }) {
    const wrong = (reason: string) => misuse(calledAs, reason);
    const limit = readTime(args.timeout);
    if (!limit.ok) return wrong(`Option "--timeout" must be ${limit.want}: ${limit.reason}`);
    const words = every("for");
    if (words.length === 0) return wrong('Missing option "--for": say what to wait for');
    const all: Awaited[] = [];
    for (const word of words) {
      const awaited = awaitedOf(word);
      if (awaited === undefined) {
        return wrong(`Cannot wait for "${word}": active, stable or holder=GROUP[@NODE] are known`);
      }
      all.push(awaited);
    }
    return await waitFor(all, args["run-dir"], limit.value);
  },
});

/** What was seen, and what that would mean if it were the last look. */
interface Look {
  readonly reason: string;
  readonly code: ExitCode;
}

async function waitFor(all: readonly Awaited[], run: string, limitMs: number): Promise<ExitCode> {
  const until = performance.now() + limitMs;
  while (true) {
    const leftMs = until - performance.now();
    const look = await lookAt(all, run, Math.max(answerMsMin, leftMs));
    if (look === undefined) return exit.done;
    const isOver = performance.now() + lookEveryMs > until;
    if (look.code === exit.notPermitted) say(look.reason);
    else if (isOver) say(`Not so after ${sayTime(limitMs)}: ${look.reason}`);
    if (isOver || look.code === exit.notPermitted) return look.code;
    await Bun.sleep(lookEveryMs);
  }
}

/** Undefined when everything is as it shall be. */
async function lookAt(
  all: readonly Awaited[],
  run: string,
  limitMs: number,
): Promise<Look | undefined> {
  const result = await ask(socketIn(run), { ask: "status" }, { limitMs });
  if (result.kind !== "done") {
    const reason = whyNot(result, run);
    if (result.kind === "absent") return { reason, code: exit.notRunning };
    return { reason, code: result.kind === "forbidden" ? exit.notPermitted : exit.failed };
  }
  const { snapshot, text } = result.answer;
  if (snapshot === undefined) return { reason: text, code: exit.failed };
  const reasons = all.flatMap((awaited) => missing(awaited, snapshot) ?? []);
  return reasons.length === 0 ? undefined : { reason: reasons.join("; "), code: exit.failed };
}
