// What JSON calls an object: the first thing to know of a value that somebody else wrote.

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
