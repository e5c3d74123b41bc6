// The five lines that make a good ha.cf, with the other files of a cluster, and what is said of them.

import { checkAll, type Given } from "../../src/config/check.ts";

export const five = "keepalive 1\ndeadtime 10\nbcast eth0\nauto_failback on\nnode alice bob\n";

export const goodKeys = {
  file: "authkeys",
  text: "auth 1\n1 sha1 0123456789abcdef\n",
  facts: { mode: 0o600, uid: 0, reader: 0 },
} as const;

/** alice's files, with nothing in haresources. */
export function given(haCf: string, more: Partial<Given> = {}): Given {
  return {
    haCf: { file: "ha.cf", text: haCf },
    authkeys: goodKeys,
    haresources: { file: "haresources", text: "" },
    self: "alice",
    ...more,
  };
}

export function said(parts: Given): string[] {
  return checkAll(parts).problems.map(
    ({ level, file, line, column, message }) => `${level} ${file}:${line}:${column} ${message}`,
  );
}
