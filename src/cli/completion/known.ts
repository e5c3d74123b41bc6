// The names that are known while a command line is typed: those of the running cluster, else of its files;
// the interfaces of this host. Nobody waits long for a shell, and nothing is said when nothing is known.

import { readdirSync } from "node:fs";
import { parseHaCf } from "../../config/hacf.ts";
import { parseHaresources } from "../../config/haresources.ts";
import { ask } from "../../desk/client.ts";
import { readTextIfThere } from "../../desk/disk.ts";
import { defaultDirectories, placesOf } from "../../desk/place.ts";
import { socketIn } from "../asking.ts";
import type { Names } from "./hint.ts";

/** An agent that does not answer so soon is not waited for. */
const answerWithinMs = 300;

/** The names for a command line with these words: its own directories count. */
export function namesFor(words: readonly string[]): Names {
  const run = optionIn(words, "--run-dir") ?? defaultDirectories.run;
  const conf = optionIn(words, "--dir") ?? defaultDirectories.conf;
  return async (kind) => {
    if (kind === "IF") return interfaces();
    const cluster = (await ofAgent(run)) ?? ofFiles(conf);
    return kind === "NODE" ? cluster.nodes : cluster.groups;
  };
}

function optionIn(words: readonly string[], option: string): string | undefined {
  const joined = words.findLast((word) => word.startsWith(`${option}=`));
  if (joined !== undefined) return joined.slice(option.length + 1);
  const at = words.lastIndexOf(option);
  return at === -1 || at + 1 >= words.length - 1 ? undefined : words[at + 1];
}

interface Cluster {
  readonly nodes: readonly string[];
  readonly groups: readonly string[];
}

async function ofAgent(run: string): Promise<Cluster | undefined> {
  const result = await ask(socketIn(run), { ask: "status" }, { limitMs: answerWithinMs });
  const snapshot = result.kind === "done" ? result.answer.snapshot : undefined;
  if (snapshot === undefined) return undefined;
  const nodes = snapshot.nodes.filter((node) => node.kind !== "ping");
  return { nodes: nodes.map(({ name }) => name), groups: snapshot.groups.map(({ key }) => key) };
}

function ofFiles(conf: string): Cluster {
  const { haCf, haresources } = placesOf({ ...defaultDirectories, conf });
  return {
    nodes: parseHaCf(textAt(haCf), haCf).conf.nodes,
    groups: parseHaresources(textAt(haresources), haresources).groups.map(({ key }) => key),
  };
}

function textAt(file: string): string {
  try {
    return readTextIfThere(file) ?? "";
  } catch {
    return "";
  }
}

function interfaces(): string[] {
  try {
    return readdirSync("/sys/class/net").toSorted();
  } catch {
    return [];
  }
}
