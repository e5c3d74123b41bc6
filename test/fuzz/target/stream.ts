// The byte stream of a serial line: anything may come, in pieces of any length.

import { bytesToText, textToBytes } from "../../../src/wire/bytes.ts";
import { text } from "../../../src/wire/message.ts";
import { sealText } from "../../../src/wire/packet.ts";
import { openRun, RESYNC, RUN_MAX, RunReader } from "../../../src/wire/stream.ts";
import { messageTokens } from "./envelope.ts";
import { keys, latin1, serialStreams } from "./sample.ts";
import { must, mustEqual, type Target } from "./target.ts";

/** What the pulse reads at most at once. */
const readMax = 4_096;

const packet = sealText(text({ t: "status", src: "alice", st: "active" }), keys);

function runs(
  input: Uint8Array,
  step: number,
): { readonly runs: Uint8Array[]; readonly noise: number } {
  const reader = new RunReader();
  const found: Uint8Array[] = [];
  for (let at = 0; at < input.length; at += step) {
    found.push(...reader.push(input.subarray(at, at + step)));
  }
  return { runs: found, noise: reader.noise };
}

/** The first byte says how long the pieces are. */
export const stream: Target = {
  name: "stream",
  covers: "wire/stream RunReader, openRun()",
  corpus: () => [
    ...serialStreams().map((bytes) => Uint8Array.of(16, ...bytes)),
    Uint8Array.of(1, ...packet, ...textToBytes("noise>>>\n"), ...packet),
    ...latin1("\x40>>>\n>>>\n>>>\nt=x\n<<<\n<<<\n", "\xff\r>>>\r\nt=x\r\n<<<\r\n"),
  ],
  tokens: [...messageTokens, bytesToText(packet)],
  bytesMax: 2 * RUN_MAX,
  share: 2,
  run(input) {
    const step = Math.min(readMax, 1 + (input[0] ?? 0) * 16);
    const bytes = input.subarray(1);
    const read = runs(bytes, step);
    must(read.noise <= bytes.length, "there is no more noise than bytes");
    // Giving up a run that is too long depends on how the bytes came.
    if (bytes.length < RUN_MAX) {
      mustEqual(runs(bytes, readMax), read, "the length of the pieces changes nothing");
    }
    const kinds = new Set<string>();
    for (const run of read.runs.slice(0, 50)) {
      const opened = openRun(run, keys);
      kinds.add(opened.ok ? "ok" : opened.reason);
    }
    const behind = runs(Uint8Array.from([...bytes, ...textToBytes(RESYNC), ...packet]), step).runs;
    const last = openRun(behind.at(-1) ?? new Uint8Array(0), keys);
    must(last.ok, "a packet behind RESYNC is found whatever came before");
    return [...kinds].sort().join(" ");
  },
};
