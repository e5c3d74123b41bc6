// A message: an ordered list of named, typed fields.
//
// Strings are byte strings: one character is one byte (latin1), so that whatever arrives leaves again
// byte for byte. Names may repeat and order is kept; look-up takes the first (heartbeat-wire 2.1).

export type Field =
  | { readonly name: string; readonly type: "string"; readonly value: string }
  | { readonly name: string; readonly type: "binary"; readonly value: Uint8Array }
  | { readonly name: string; readonly type: "struct"; readonly value: Message }
  | { readonly name: string; readonly type: "list"; readonly value: readonly string[] }
  | { readonly name: string; readonly type: "compressed"; readonly value: Uint8Array }
  | { readonly name: string; readonly type: "compress"; readonly value: Message };

export interface Message {
  readonly fields: readonly Field[];
}

/** A message of string fields, in the order of the object's keys. */
export function text(fields: Readonly<Record<string, string>>): Message {
  return {
    fields: Object.entries(fields).map(([name, value]) => ({ name, type: "string", value })),
  };
}

/** The value of the first string field called `name`; undefined when there is none. */
export function textOf(message: Message, name: string): string | undefined {
  const field = first(message, name);
  return field?.type === "string" ? field.value : undefined;
}

/** The value of the first binary field called `name`; undefined when there is none. */
export function bytesOf(message: Message, name: string): Uint8Array | undefined {
  const field = first(message, name);
  return field?.type === "binary" ? field.value : undefined;
}

/** The same message with this string: in the place of the first field of that name, or behind all others. */
export function withText({ fields }: Message, name: string, value: string): Message {
  const field: Field = { name, type: "string", value };
  const index = fields.findIndex((each) => each.name === name);
  return { fields: index < 0 ? [...fields, field] : fields.with(index, field) };
}

/** A loop: this is asked a dozen times for every message. */
function first({ fields }: Message, name: string): Field | undefined {
  for (const field of fields) if (field.name === name) return field;
  return undefined;
}
