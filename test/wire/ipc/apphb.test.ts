// What the real cl_respawn and apphbtest say to apphbd, and hear of it (test/golden/heartbeat-api/apphb-*.txt), and
// whatever else may come.

import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { hexToBytes } from "../../../src/wire/bytes.ts";
import {
  type ApphbRequest,
  decodeApphb,
  decodeApphbAnswer,
  encodeApphb,
  encodeApphbAnswer,
  isApphbBeat,
} from "../../../src/wire/ipc/apphb.ts";
import { FrameReader } from "../../../src/wire/ipc/frame.ts";

interface Said {
  readonly from: string;
  readonly body: Uint8Array;
  /** As the capture itself explains it. */
  readonly meaning: string;
}

function capture(name: string): Said[] {
  const path = join(import.meta.dir, "../../golden/heartbeat-api", name);
  const frames = readFileSync(path, "latin1").matchAll(
    /^\[\d+\] \+\S+ ([CS])>[CS] .*\nhex ([0-9a-f]+)\n {2}\| (.*)$/gm,
  );
  return [...frames].map(([, from = "", hex = "", meaning = ""]) => {
    const [body = new Uint8Array()] =
      new FrameReader().push(hexToBytes(hex) ?? new Uint8Array()) ?? [];
    return { from, body, meaning };
  });
}

/** A request in the captures' own words. */
function inWords(request: ApphbRequest | undefined): string {
  switch (request?.type) {
    case undefined:
      return "nothing";
    case "reg": {
      const { app, instance, directory, pid, uid, gid } = request;
      return `type=reg app=${app} instance=${instance} dir=${directory} pid=${pid} uid=${uid} gid=${gid}`;
    }
    case "setint":
    case "setwarn":
      return `type=${request.type} ms=${request.ms}`;
    case "setboot":
      return `type=setboot on=${request.on}`;
    case "hb":
    case "unreg":
      return `type=${request.type}`;
  }
}

/** Without what stands behind the NULs of a registration's texts, which is left to chance there. */
function tidied(body: Uint8Array): Uint8Array {
  if (body.length !== 788) return body;
  const bytes = new Uint8Array(body);
  for (const at of [8, 264, 520]) {
    const end = bytes.indexOf(0, at);
    bytes.fill(0, end, at + 256);
  }
  return bytes;
}

describe.each(["apphb-cl_respawn.txt", "apphb-test-n5.txt"])("%s", (name) => {
  const frames = capture(name);
  const requests = frames.filter(({ from }) => from === "C");
  const answers = frames.filter(({ from }) => from === "S");

  test("decodeApphb() and decodeApphbAnswer() read every frame", () => {
    expect(requests.length).toBeGreaterThan(10);
    expect(answers.length).toBeGreaterThan(3);
    expect(requests.map(({ body }) => inWords(decodeApphb(body)))).toEqual(
      requests.map(({ meaning }) => meaning),
    );
    expect(answers.map(({ body }) => `rc=${decodeApphbAnswer(body)}`)).toEqual(
      answers.map(({ meaning }) => meaning),
    );
  });

  test("encodeApphb() and encodeApphbAnswer() say the same bytes", () => {
    const again = requests.map(({ body }) => encodeApphb(decodeApphb(body) ?? { type: "hb" }));
    expect(again).toEqual(requests.map(({ body }) => tidied(body)));
    expect(answers.map(() => encodeApphbAnswer(0))).toEqual(answers.map(({ body }) => body));
  });
});

const text = (minLength: number) =>
  fc
    .array(fc.integer({ min: 1, max: 255 }), { minLength, maxLength: 255 })
    .map((codes) => String.fromCharCode(...codes));
const id = fc.integer({ min: -0x8000_0000, max: 0x7fff_ffff });
const made: fc.Arbitrary<ApphbRequest> = fc.oneof(
  fc.record({
    type: fc.constant("reg" as const),
    app: text(1),
    instance: text(0),
    directory: text(0),
    pid: id,
    uid: id,
    gid: id,
  }),
  fc.record({ type: fc.constantFrom("setint" as const, "setwarn" as const), ms: fc.maxSafeNat() }),
  fc.record({ type: fc.constant("setboot" as const), on: fc.boolean() }),
  fc.record({ type: fc.constantFrom("hb" as const, "unreg" as const) }),
);

test("decodeApphb() gives back what encodeApphb() was given", () => {
  fc.assert(
    fc.property(made, (request) => {
      const body = encodeApphb(request);
      expect(decodeApphb(body)).toEqual(request);
      expect(isApphbBeat(body)).toBe(request.type === "hb");
    }),
  );
});

test("decodeApphbAnswer() gives back what encodeApphbAnswer() was given", () => {
  fc.assert(
    fc.property(id, (errno) => {
      expect(decodeApphbAnswer(encodeApphbAnswer(errno))).toBe(errno);
    }),
  );
});

test("decodeApphb() reads any bytes of which it could say the same, or none", () => {
  const types = ["reg", "setint", "setwarn", "setboot", "hb", "unreg", "hbx", ""];
  const body = fc.tuple(fc.constantFrom(...types), fc.uint8Array({ maxLength: 800 }), fc.boolean());
  fc.assert(
    fc.property(body, ([type, rest, isPadded]) => {
      const head = Buffer.from(isPadded ? type.padEnd(8, "\0") : type);
      const request = decodeApphb(Buffer.concat([head, rest]));
      if (request !== undefined) expect(decodeApphb(encodeApphb(request))).toEqual(request);
      expect(decodeApphbAnswer(rest) === undefined).toBe(rest.length < 4);
    }),
  );
});

const registration = encodeApphb({
  type: "reg",
  app: "prog",
  instance: "1",
  directory: "/",
  pid: 7,
  uid: 0,
  gid: 0,
});

function changed(change: (bytes: Uint8Array) => void): Uint8Array {
  const bytes = new Uint8Array(registration);
  change(bytes);
  return bytes;
}

// Each measured on 3.0.6's apphbd: it answers 0, or EINVAL.
test.each([
  ["longer than it need be", Buffer.concat([registration, new Uint8Array(12)]), true],
  ["with an instance that is empty", changed((bytes) => bytes.fill(0, 264, 520)), true],
  ["with a directory without NUL", changed((bytes) => bytes.fill(47, 520, 776)), true],
  ["with something behind the NUL of its type", changed((bytes) => bytes.fill(106, 4, 8)), true],
  ["cut", registration.subarray(0, 787), false],
  ["with a type without NUL", changed((bytes) => bytes.fill(120, 3, 8)), false],
  ["with a name that is empty", changed((bytes) => bytes.fill(0, 8, 264)), false],
  ["with a name without NUL", changed((bytes) => bytes.fill(97, 8, 264)), false],
  ["with an instance without NUL", changed((bytes) => bytes.fill(97, 264, 520)), false],
])("decodeApphb() takes a registration %s as 3.0.6 does", (_, body, isGood) => {
  expect(decodeApphb(body)?.type).toBe(isGood ? "reg" : undefined);
});

test("decodeApphb() takes the longest interval for the longest that it can count", () => {
  const body = encodeApphb({ type: "setint", ms: 0 });
  body.fill(0xff, 8);
  expect(decodeApphb(body)).toEqual({ type: "setint", ms: Number.MAX_SAFE_INTEGER });
});
