// `npm run fuzz`: made-up inputs for every parser. What fails is made small and written down; the exit code
// is 1 then.

import { readFileSync } from "node:fs";
import { relative } from "node:path";
import { keep, targetOf } from "./found.ts";
import { type Options, readOptions, usage } from "./option.ts";
import { type Found, Pack } from "./pack.ts";
import { grouped, tableOf } from "./table.ts";
import { targets } from "./target/every.ts";

const progressMs = 5_000;

const print = (text: string) => process.stdout.write(`${text}\n`);
const say = (text: string) => process.stderr.write(`${text}\n`);

async function run(options: Options): Promise<number> {
  const unknown = options.only.find((name) => targets.every((target) => target.name !== name));
  if (unknown !== undefined) {
    say(`There is no parser "${unknown}": "--list" names all`);
    return 2;
  }
  const pack = new Pack(tellFound);
  const from = performance.now();
  const progress = setInterval(() => tellProgress(pack, from), progressMs);
  await pack.run(options);
  clearInterval(progress);
  tellProgress(pack, from);
  print(tableOf(pack.figures()));
  print(`The heap grew by ${grouped(Math.round(pack.growth / 1_024))} KiB`);
  return pack.found.length > 0 ? 1 : 0;
}

function tellProgress(pack: Pack, from: number): void {
  const seconds = (performance.now() - from) / 1_000;
  const figures = pack.figures();
  const inputs = figures.reduce((sum, one) => sum + one.inputs, 0);
  const kept = figures.reduce((sum, one) => sum + one.kept, 0);
  const worst = figures.reduce((most, one) => (one.worstMs > most.worstMs ? one : most), none);
  const words = [
    `${seconds.toFixed(0)} s`,
    `${grouped(inputs)} inputs`,
    `${grouped(Math.round(inputs / seconds))} per second`,
    `${grouped(kept)} kept`,
    `worst ${worst.worstMs.toFixed(0)} ms (${worst.target})`,
    `${pack.found.length} failed`,
  ];
  say(words.join(", "));
}

const none = { target: "-", worstMs: 0 };

function tellFound({ target, seed, why, input }: Found): void {
  if (input.length === 0 && targets.every(({ name }) => name !== target)) {
    say(`\n${why} with seed ${seed}: "--only" tells whose inputs they are`);
    return;
  }
  const path = relative(process.cwd(), keep(target, input));
  say(`\n${target} failed with seed ${seed}: ${why}`);
  say(`${input.length} bytes, in ${path}:`);
  say(`  hex  ${Buffer.from(input.subarray(0, 400)).toString("hex")}`);
  say(`  text ${JSON.stringify(Buffer.from(input.subarray(0, 400)).toString("latin1"))}`);
  say(`Again: npm run fuzz -- --replay ${path}`);
  say(`   or: npm run fuzz -- --only ${target} --seed ${seed}`);
}

function replay(file: string): number {
  const target = targets.find(({ name }) => name === targetOf(file));
  if (target === undefined) {
    say(`The name of the file must be PARSER.HASH: "${targetOf(file)}" is no parser`);
    return 2;
  }
  const input = Uint8Array.from(readFileSync(file));
  const from = performance.now();
  const kind = target.run(input);
  const ms = performance.now() - from;
  print(`${target.name}: ${input.length} bytes in ${ms.toFixed(1)} ms, "${kind}"`);
  return 0;
}

const asked = readOptions(process.argv.slice(2));
switch (asked.kind) {
  case "run":
    process.exitCode = await run(asked);
    break;
  case "replay":
    process.exitCode = replay(asked.file);
    break;
  case "list":
    for (const { name, covers } of targets) print(`${name.padEnd(14)} ${covers}`);
    break;
  case "help":
    print(usage);
    break;
  case "wrong":
    say(`${asked.reason}\n\n${usage}`);
    process.exitCode = 2;
}
