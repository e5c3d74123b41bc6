// What can be said of JSON that somebody else wrote, before it is looked at more closely.

/** What JSON calls an object. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Those of a list that are what they shall be; none when the text is no list. */
export function listed<Item>(
  text: string | undefined,
  isOne: (value: Partial<Item> | null) => value is Item,
): Item[] {
  try {
    const list: unknown = JSON.parse(text ?? "[]");
    return Array.isArray(list) ? list.filter(isOne) : [];
  } catch {
    return [];
  }
}
