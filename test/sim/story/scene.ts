// A story in its parts: the opening that makes the cluster, then scenes of acts and of what must be true
// after them. README.md in test/scenario says how they are written.

export interface Scene {
  readonly acts: readonly string[];
  /** What must be true after the acts. */
  readonly expected: readonly string[];
}

export interface Story {
  /** Its acts make the cluster. */
  readonly opening: Scene;
  readonly scenes: readonly Scene[];
}

const rule = "----";

export function storyOf(text: string): Story {
  const [opening, ...scenes] = text
    .split("\n")
    .filter((line) => !line.startsWith("#"))
    .join("\n")
    .split(/\n\s*\n/)
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map(sceneOf);
  return { opening: opening ?? { acts: [], expected: [] }, scenes };
}

function sceneOf(part: string): Scene {
  const lines = part.split("\n").map((line) => line.trim());
  const end = lines.indexOf(rule);
  if (end < 0) return { acts: lines, expected: [] };
  return { acts: lines.slice(0, end), expected: lines.slice(end + 1) };
}

export function wordsOf(line: string): string[] {
  return line.split(/\s+/).filter((word) => word !== "");
}

/** "1.5s", "200ms", "10m", "1h" and the same with a sign, in milliseconds. */
export function msOf(length: string): number {
  const [, sign = "", number, unit = ""] = /^([+-]?)([\d.]+)(ms|s|m|h)$/.exec(length) ?? [];
  if (number === undefined) throw new Error(`"${length}" is no length of time`);
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };
  return (sign === "-" ? -1 : 1) * Number(number) * (units[unit] ?? 0);
}

/** Seconds since the story began, to a tenth. */
export function timeOf(ms: number): string {
  return (ms / 1_000).toFixed(1);
}

/** Nobody knows what to do with this line. */
export function confused(line: string): Error {
  return new Error(`The story says "${line}", which nobody understands`);
}
