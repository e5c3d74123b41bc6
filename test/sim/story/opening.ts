// The cluster that the opening of a story makes: "cluster alice bob deadtime=10s", what its files say
// (change.ts), and what is different on some of its nodes: "only bob failback=off".

import type { ClusterConfig } from "../../../src/config/cluster.ts";
import type { Breed, Shape } from "../../../src/sim/shape.ts";
import { plainConfig } from "../../plainconfig.ts";
import { changed } from "./change.ts";
import { msOf, wordsOf } from "./scene.ts";

export interface Opening {
  readonly shape: Shape;
  /** Nothing runs yet. */
  readonly isCold: boolean;
  /** So long may two nodes that hear each other have the same address. */
  readonly toleranceMs: number;
}

/** Words of the line "cluster" that are no node and say nothing of files. */
interface Frame {
  readonly nodes: readonly string[];
  readonly isCold: boolean;
  readonly toleranceMs: number;
  readonly seed: number;
  readonly isExact: boolean;
  readonly options: readonly string[];
}

const breeds: Readonly<Record<string, Breed>> = { heartbeat3: "heartbeat3", hb: "hb" };

export function openingOf(lines: readonly string[]): Opening {
  const frame = frameOf(wordsOf(lines.find((line) => line.startsWith("cluster ")) ?? ""));
  const own = new Map<string, string[]>();
  const common: string[] = [];
  const breedOf = new Map<string, Breed>();
  for (const line of lines) {
    const [verb = "", name = "", ...rest] = wordsOf(line);
    const breed = breeds[verb];
    if (verb === "cluster") continue;
    if (breed !== undefined) for (const node of [name, ...rest]) breedOf.set(node, breed);
    else if (verb === "only") own.set(name, [...(own.get(name) ?? []), rest.join(" ")]);
    else common.push(line);
  }
  const hosts = frame.nodes.map((self) => {
    const changes = [frame.options.join(" "), ...common, ...(own.get(self) ?? [])];
    const config = changes.reduce(changed, plainOf(self, frame.nodes, common));
    const breed = breedOf.get(self);
    return { config, ...(breed === undefined ? {} : { breed }) };
  });
  const { seed, isExact: exact, isCold, toleranceMs } = frame;
  return { shape: { seed, hosts, exact }, isCold, toleranceMs };
}

function frameOf([, ...words]: readonly string[]): Frame {
  const value = (name: string) =>
    words.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
  const ours = ["tolerance", "seed"];
  return {
    nodes: words.filter((word) => !word.includes("=") && word !== "cold" && word !== "exact"),
    isCold: words.includes("cold"),
    isExact: words.includes("exact"),
    toleranceMs: msOf(value("tolerance") ?? "5ms"),
    seed: Number(value("seed") ?? 1),
    options: words.filter((word) => word.includes("=") && !ours.includes(word.split("=")[0] ?? "")),
  };
}

/** Before anything is said: broadcast on eth0, unless the story speaks of links. */
function plainOf(self: string, nodes: readonly string[], common: readonly string[]): ClusterConfig {
  const isWired = common.some((line) => /^(link|ring|cable) /.test(line));
  const media = isWired ? [] : [{ kind: "bcast" as const, device: "eth0", port: 694 }];
  const plain: ClusterConfig = { ...plainConfig, self, nodes, media, autoFailback: "on" };
  return changed(plain, "deadtime=10s");
}
