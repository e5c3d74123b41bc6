// Which device of ha.cf a node has (heartbeat-resources 9), and what a host knows of devices.

import type { Stonith } from "./haconf.ts";

/** What this host has of the program that works the devices; absent when the files are not for it. */
export interface FencingFacts {
  /** The program is there. */
  readonly isInstalled: boolean;
  /** It has a plugin of this name; undefined: nobody knows. */
  knows(type: string): boolean | undefined;
  /** What a plugin calls its parameters, in their order; undefined: nobody knows. No device is touched. */
  names(type: string): readonly string[] | undefined;
  /** A file of parameters, or why it cannot be read. */
  read(path: string): { readonly text: string } | { readonly trouble: string };
}

/** The last line that is for this node. */
export function deviceOf<Line extends Stonith>(
  { stonith }: { readonly stonith: readonly Line[] },
  self: string,
): Line | undefined {
  return stonith.findLast(({ host }) => host === undefined || host === "*" || host === self);
}

/** The words of a file of parameters. stonith(8) reads one line: the first that is not empty and does not begin with
 *  `#`. One of blanks is that line, and so is a comment with a blank before it. */
export function wordsOfFile(text: string): readonly string[] {
  return wordsOf(text.split("\n").find((line) => line !== "" && !line.startsWith("#")) ?? "");
}

/** Parameters as the devices take them: one word each. */
export function wordsOf(parameters: string): readonly string[] {
  return parameters.split(/[ \t]+/).filter(Boolean);
}

/** Names of parameters that say whom a device resets, in small letters. */
const aims: readonly string[] = ["hostlist", "hostname", "nodename"];

/**
 * Whom the parameters of a device name, in small letters; undefined: only the device itself knows. `names` are
 * those of its plugin. The last one takes what is left of the line.
 */
export function aimOf(names: readonly string[], words: readonly string[]): string[] | undefined {
  const place = names.findIndex((name) => aims.includes(name.toLowerCase()));
  if (place === -1) return undefined;
  const told = words.slice(place, place === names.length - 1 ? undefined : place + 1);
  // Some plugins want what the host is called elsewhere behind it: bob:guest4, bob=guest4.
  const hosts = told.flatMap((word) => word.split(/[,;]/));
  return hosts.map((host) => host.split(/[:=]/, 1).join("").toLowerCase()).filter(Boolean);
}
