// `hb doctor`: what is wrong on this host and between it and the other nodes, a line each, with the command that
// repairs it. It looks and changes nothing.

import { dirname, resolve } from "node:path";
import { writeBundle } from "../desk/bundle/bundle.ts";
import { type Examination, examine } from "../desk/doctor/doctor.ts";
import { asRoot, type Finding } from "../desk/doctor/finding.ts";
import { command } from "./command.ts";
import { agentDirOptions } from "./directory.ts";
import { type ExitCode, exit } from "./exit.ts";
import { paint, print, printJson, type Style, say } from "./output.ts";

const styles: Readonly<Record<Finding["level"], Style>> = {
  ok: "green",
  warn: "yellow",
  fail: "red",
};

export const doctor = command({
  name: "doctor",
  summary: "Looks for what is wrong, and says what repairs it",
  examples: ["hb doctor", "hb doctor --json", "hb doctor --bundle hb.tar.gz"],
  args: {
    json: { type: "boolean", description: "Print JSON" },
    bundle: {
      type: "string",
      valueHint: "FILE",
      description: "Also write a support bundle (.tar.gz) without keys and passwords",
    },
    ...agentDirOptions,
  },
  notes: `Each line is ok, warn or fail. Below one that is not ok stands what repairs it: after "$" a command
that can be typed as it is. Nothing is changed. Only root sees everything.`,
  exits: [
    [exit.done, "nothing fails"],
    [exit.failed, "something does"],
    [exit.notPermitted, "the agent may not be asked, or a file not be read"],
  ],
  async run({ args }) {
    const directories = { conf: args.dir, state: args["state-dir"], run: args["run-dir"] };
    const examination = await examine(directories);
    const { taken, findings } = examination;
    const node = taken.self;
    const code = codeOf(findings);
    if (args.json) printJson({ version: 1, node, good: code === exit.done, findings });
    else print(findings.map(lineOf).join("\n"));
    if (args.bundle === undefined) return code;
    return (await bundle(args.bundle, examination)) ? code : exit.failed;
  },
});

async function bundle(path: string, examination: Examination): Promise<boolean> {
  try {
    const { files, bytes } = await writeBundle(path, examination);
    say(`${path}: ${files} files, ${Math.ceil(bytes / 1024)} KiB, without keys and passwords`);
    return true;
  } catch (error) {
    say(whyNoBundle(path, error));
    return false;
  }
}

function whyNoBundle(path: string, error: unknown): string {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EEXIST") return `There is a ${path} already: choose another name`;
  if (code === "ENOENT") {
    return `No bundle: there is no directory ${dirname(resolve(path))}: make it, or choose another`;
  }
  return `No bundle: ${error instanceof Error ? error.message : String(error)}`;
}

function codeOf(findings: readonly Finding[]): ExitCode {
  if (findings.some(({ level }) => level === "fail")) return exit.failed;
  const isForbidden = findings.some(
    ({ check, fix }) => (check === "agent" || check === "configuration") && fix === asRoot,
  );
  return isForbidden ? exit.notPermitted : exit.done;
}

function lineOf({ check, level, text, fix, hint }: Finding): string {
  const head = `${paint("stdout", styles[level], level.padEnd(4))}  ${check.padEnd(checkWidth)}  ${text}`;
  const indent = " ".repeat(4 + 2 + checkWidth + 2);
  if (fix !== undefined) return `${head}\n${indent}$ ${fix}`;
  return hint === undefined ? head : `${head}\n${indent}${paint("stdout", "dim", hint)}`;
}

/** As wide as "configuration". */
const checkWidth = 13;
