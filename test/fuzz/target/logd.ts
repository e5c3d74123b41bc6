// What anybody on the host may say to a log daemon.

import { fileLine, syslogMessage } from "../../../src/desk/logd/form.ts";
import { decodeLogLine, encodeLogLine } from "../../../src/wire/ipc/logline.ts";
import { latin1 } from "./sample.ts";
import { must, mustEqual, type Target } from "./target.ts";

const head = `\x02\0\0\0\x18\0\0\0\x06\0\0\0\x06\0\0\0\x01\0\0\0\x07\0\0\0`;
const rest = `${"logtest".padEnd(64, "\0")}\x07\x18\0\x6b\0\0\0\0`;

export const logdMessage: Target = {
  name: "logd-message",
  covers: "wire/ipc/logline, desk/logd/form",
  corpus: () => latin1(head, `${head}${rest}hello\0`, `${head}${rest}a\nb\x1b[2J\xc2\x9b\xff`),
  tokens: ["\n", "\0", "\xc2\x9b", "\xff\xff\xff\xff", "cl_log: 7 messages were dropped"],
  bytesMax: 4_096,
  run(input) {
    const line = decodeLogLine(input);
    if (line === undefined) return "none";
    mustEqual(decodeLogLine(encodeLogLine(line)), cut(line), "what is said again means the same");
    for (const syslogmsgfmt of [true, false]) {
      const written = fileLine(line, { syslogmsgfmt });
      must(written.indexOf("\n") === written.length - 1, "a message is one line");
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      must(!/[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]/.test(written), "no control characters");
    }
    const packet = syslogMessage(line, { logfacility: "local3" });
    must(packet !== undefined && !packet.includes("\n"), "a message is one packet");
    return `${line.priority} ${line.saysPriority} ${line.text === ""}`;
  },
};

/** A name of 64 bytes has no NUL, and is said again without its last byte. */
function cut(line: NonNullable<ReturnType<typeof decodeLogLine>>) {
  return { ...line, entity: line.entity.slice(0, 63) };
}
