// How the configuration of another node differs from the one here, over ssh. Keys are compared by a digest:
// they do not leave either host, and are not shown.

import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type Remote, shellQuote } from "./remote.ts";

/** What was found of one file there. */
export interface FileDifference {
  readonly file: string;
  readonly found: "same" | "differs" | "missing there" | "missing here";
  /** The lines, as diff(1) -u writes them; absent for keys, and where there is nothing to compare. */
  readonly lines?: string;
}

export type NodeDifference =
  | { readonly node: string; readonly files: readonly FileDifference[] }
  | { readonly node: string; readonly reason: string };

export interface Compared {
  /** Absolute; the same place there. */
  readonly path: string;
  readonly isSecret: boolean;
}

/** Looks at these files on another node. */
export async function differenceFrom(
  remote: Remote,
  files: readonly Compared[],
): Promise<NodeDifference> {
  const node = remote.host;
  const outcome = await remote.script(`set -u\n${files.map(question).join("")}`);
  if (!outcome.ok) return { node, reason: outcome.reason };
  const answers = outcome.text.split("\n").filter((line) => line !== "");
  if (answers.length !== files.length) {
    return { node, reason: "Its answer is not understood: is something printed at every login?" };
  }
  const found = files.map((file, at) => compare(file, answers[at] ?? "", node));
  return { node, files: found };
}

/** One line for each file: "-", or its digest, or its content. Both programs are coreutils'. */
function question({ path, isSecret }: Compared): string {
  const word = shellQuote(path);
  const say = isSecret
    ? `sha256sum < ${word} | cut -d' ' -f1`
    : `printf '=%s\\n' "$(base64 -w0 < ${word})"`;
  return `if [ ! -e ${word} ]; then echo -; else ${say} || exit 1; fi\n`;
}

function compare({ path, isSecret }: Compared, answer: string, node: string): FileDifference {
  const file = basename(path);
  const here = contentOf(path);
  const isThere = answer !== "-";
  if (here === undefined) return { file, found: isThere ? "missing here" : "same" };
  if (!isThere) return { file, found: "missing there" };
  if (isSecret) {
    const digest = createHash("sha256").update(here).digest("hex");
    return { file, found: digest === answer ? "same" : "differs" };
  }
  const there = Buffer.from(answer.slice(1), "base64");
  if (there.equals(here)) return { file, found: "same" };
  return { file, found: "differs", lines: linesOf(path, { here, there, node }) };
}

function contentOf(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** From here to there, by the system's diff. */
function linesOf(
  path: string,
  { here, there, node }: { here: Buffer; there: Buffer; node: string },
): string {
  const room = mkdtempSync(join(tmpdir(), "hb-diff-"));
  try {
    writeFileSync(join(room, "here"), here);
    writeFileSync(join(room, "there"), there);
    const labels = ["-L", `${path} here`, "-L", `${path} on ${node}`];
    const { stdout } = Bun.spawnSync(["diff", "-u", ...labels, "here", "there"], { cwd: room });
    return stdout.toString().trimEnd();
  } finally {
    rmSync(room, { recursive: true, force: true });
  }
}
