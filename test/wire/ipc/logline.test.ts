// What the real ha_logger says to ha_logd (test/golden/heartbeat-api/logd-ha_logger.txt), and whatever else may come.

import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { hexToBytes } from "../../../src/wire/bytes.ts";
import { BODY_MAX, FrameReader } from "../../../src/wire/ipc/frame.ts";
import {
  decodeLogLine,
  encodeLogLine,
  type LogLine,
  TEXT_MAX,
} from "../../../src/wire/ipc/logline.ts";

const capture = readFileSync(
  join(import.meta.dir, "../../golden/heartbeat-api/logd-ha_logger.txt"),
  "latin1",
);
const [, hex = ""] = /^hex ([0-9a-f]+)$/m.exec(capture) ?? [];
const [body = new Uint8Array()] = new FrameReader().push(hexToBytes(hex) ?? new Uint8Array()) ?? [];

/** As the capture itself explains it. */
const said: LogLine = {
  facility: 8,
  priority: 6,
  saysPriority: false,
  pid: 1412,
  entity: "mytag",
  atS: 1_795_168_263,
  text: "hello from logger",
};

test("decodeLogLine() reads what ha_logger says", () => {
  expect(capture).toContain("facility=8 priority=6 msglen=18 use_pri_str=0 pid=1412 entity=mytag");
  expect(decodeLogLine(body)).toEqual(said);
});

test("encodeLogLine() says it byte for byte as ha_logger", () => {
  expect(encodeLogLine(said)).toEqual(body);
});

const byteText = (maxLength: number) =>
  fc
    .array(fc.integer({ min: 1, max: 255 }), { maxLength })
    .map((codes) => String.fromCharCode(...codes));
const int32 = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
const lines: fc.Arbitrary<LogLine> = fc.record({
  facility: int32,
  priority: fc.integer({ min: 0, max: 7 }),
  saysPriority: fc.boolean(),
  pid: int32,
  entity: byteText(63),
  atS: fc.maxSafeInteger(),
  text: byteText(300),
});

test("decodeLogLine() gives back what encodeLogLine() was given", () => {
  fc.assert(
    fc.property(lines, (line) => {
      expect(decodeLogLine(encodeLogLine(line))).toEqual(line);
    }),
  );
});

test("decodeLogLine() never throws", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      expect(decodeLogLine(bytes) === undefined).toBe(bytes.length < 96);
    }),
  );
});

test("encodeLogLine() cuts a name and a text that do not fit", () => {
  const long = { ...said, entity: "e".repeat(64), text: "t".repeat(TEXT_MAX + 1) };
  const bytes = encodeLogLine(long);
  expect(bytes.length).toBe(BODY_MAX);
  expect(decodeLogLine(bytes)).toEqual({
    ...long,
    entity: "e".repeat(63),
    text: "t".repeat(TEXT_MAX),
  });
});

test("decodeLogLine() takes a text without NUL, whatever its length field says", () => {
  const bare = body.slice(0, -1);
  new DataView(bare.buffer).setInt32(12, -5, true);
  expect(decodeLogLine(bare)).toEqual(said);
});
