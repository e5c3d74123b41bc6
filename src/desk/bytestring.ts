// Between the byte strings of messages, one character a byte, and the texts of files and people, which are UTF-8.

export function byteString(text: string): string {
  return Buffer.from(text, "utf8").toString("latin1");
}

/** What a byte string says; bytes that are no UTF-8 show as U+FFFD. */
export function textIn(bytes: string): string {
  return Buffer.from(bytes, "latin1").toString("utf8");
}
