// Plays one run again, bit for bit, and tells what happens in it, one line each:
//
//   bun test/sim/replay 123                a seed
//   bun test/sim/replay plan.json          a plan, as main.ts writes it
//
// --kind NAME     of a seed (default: heartbeat)
// --shrink        make it as small as can be first
// --packets       packets as well
// --json          print the plan instead of telling it

import { existsSync, readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import type { Plan } from "../../src/sim/shape.ts";
import type { Kind } from "./kind.ts";
import { kindsOf } from "./kinds.ts";
import { shrink } from "./shrink.ts";
import { lineOf, shapeLines, stamp } from "./timeline.ts";

const shrinkMs = 120_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    kind: { type: "string", default: "heartbeat" },
    shrink: { type: "boolean", default: false },
    packets: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const [what] = positionals;
if (what === undefined || positionals.length > 1) {
  say(process.stderr, "One seed or one plan is needed: bun test/sim/replay 123");
  process.exit(2);
}
main(what);

function main(seedOrFile: string): void {
  const { kind, plan: whole } = read(seedOrFile);
  const plan = values.shrink ? smaller(kind, whole) : whole;
  if (values.json) {
    say(process.stdout, JSON.stringify({ kind: kind.name, ...plan }, null, 1));
    return;
  }
  for (const line of shapeLines(plan.shape)) say(process.stdout, line);
  const { violations, nodeMs } = kind.play(plan, {
    spectator: (event, nowMs) => {
      const line = lineOf(event, nowMs, values.packets);
      if (line !== undefined) say(process.stdout, line);
    },
  });
  for (const { law, at, text } of violations)
    say(process.stdout, `${stamp(at)}  law ${law}: ${text}`);
  const hours = (nodeMs / 3_600_000).toFixed(2);
  say(process.stdout, `${violations.length} violations in ${hours} node-hours`);
  process.exitCode = violations.length > 0 ? 1 : 0;
}

function read(seedOrFile: string): { kind: Kind; plan: Plan } {
  if (existsSync(seedOrFile)) {
    const { kind: name = "heartbeat", ...plan } = JSON.parse(readFileSync(seedOrFile, "utf8"));
    return { kind: named(name), plan };
  }
  const kind = named(values.kind);
  const seed = Number(seedOrFile);
  if (!Number.isSafeInteger(seed)) throw new Error(`"${seedOrFile}" is neither a file nor a seed`);
  return { kind, plan: kind.planOf(seed) };
}

function named(name: string): Kind {
  const [kind] = kindsOf(name);
  if (kind === undefined) throw new Error(`no kind "${name}"`);
  return kind;
}

function smaller(kind: Kind, plan: Plan): Plan {
  const [first] = kind.play(plan).violations;
  if (first === undefined) return plan;
  const progress = (line: string) => say(process.stderr, line);
  return shrink(kind, plan, { violation: first, limitMs: shrinkMs, progress });
}

function say(stream: NodeJS.WriteStream, line: string): void {
  stream.write(`${line}\n`);
}
