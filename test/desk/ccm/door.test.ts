// The socket at which programs hear of the membership: real sockets, this process as the client.

import { afterEach, beforeEach, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ConsensusNews } from "../../../src/core/ccm/effect.ts";
import { CcmDoor } from "../../../src/desk/ccm/door.ts";
import { Log } from "../../../src/desk/log.ts";
import { Sink } from "../../../src/desk/sink.ts";
import { ccmEvicted, ccmInflux, ccmMembership } from "../../../src/wire/ipc/ccm.ts";
import { FrameReader } from "../../../src/wire/ipc/frame.ts";

let directory = "";
let path = "";
let door: CcmDoor;
let lines = "";
const sockets: Socket[] = [];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "hb-ccm-"));
  path = join(directory, "ccm", "ccm");
  lines = "";
  const write = (bytes: Uint8Array) => {
    lines += Buffer.from(bytes).toString();
    return bytes.length;
  };
  door = new CcmDoor({ path, self: "bert", log: new Log("debug", new Sink(write, () => "")) });
});

afterEach(() => {
  door.end();
  for (const socket of sockets.splice(0)) socket.destroy();
  rmSync(directory, { recursive: true });
});

const nodes = ["anna", "bert"];

function membership(transition: number, ...members: readonly number[]): ConsensusNews {
  return {
    say: "membership",
    nodes,
    transition,
    cookie: "c",
    leader: "anna",
    members: members.map((index) => ({ name: nodes[index] ?? "", index, bornon: transition })),
    quorate: true,
    why: "",
  };
}

/** The same as a client reads it. */
function told(transition: number, ...members: readonly number[]): string[] {
  const news = membership(transition, ...members);
  if (news.say !== "membership") return [];
  return ccmMembership({ ...news, self: "bert" }).map((body) => body.toHex());
}

interface Client {
  readonly socket: Socket;
  /** The pieces in which it was told, each with its bodies. */
  readonly pieces: string[][];
  heard(bodies: number): Promise<string[]>;
  readonly over: Promise<void>;
}

async function client(): Promise<Client> {
  const socket = connect(path);
  sockets.push(socket);
  const reader = new FrameReader();
  const pieces: string[][] = [];
  let wake = () => {};
  socket.on("data", (bytes: Uint8Array) => {
    pieces.push((reader.push(bytes) ?? []).map((body) => body.toHex()));
    wake();
  });
  const over = new Promise<void>((resolve) => socket.once("close", () => resolve()));
  await new Promise<void>((resolve) => socket.once("connect", resolve));
  const heard = async (bodies: number): Promise<string[]> => {
    while (pieces.flat().length < bodies) await new Promise<void>((resolve) => (wake = resolve));
    return pieces.flat();
  };
  return { socket, pieces, heard, over };
}

async function opened(): Promise<void> {
  door.use(true);
  while (!existsSync(path)) await Bun.sleep(1);
}

test("CcmDoor tells whoever comes what holds, both frames in one piece, and all what follows", async () => {
  await opened();
  const early = await client();
  door.tell(membership(1, 1));
  expect(await early.heard(2)).toEqual(told(1, 1));
  const late = await client();
  expect(await late.heard(2)).toEqual(told(1, 1));
  door.tell({ say: "influx" });
  door.tell(membership(2, 0, 1));
  const all = [...told(1, 1), ccmInflux().toHex(), ...told(2, 0, 1)];
  expect(await early.heard(5)).toEqual(all);
  expect(await late.heard(5)).toEqual(all);
  expect(late.pieces[0]).toEqual(told(1, 1));
});

test("CcmDoor says nothing to who comes after an eviction", async () => {
  await opened();
  door.tell(membership(1, 1));
  const early = await client();
  await early.heard(2);
  door.tell({ say: "evicted" });
  expect(await early.heard(3)).toEqual([...told(1, 1), ccmEvicted().toHex()]);
  const late = await client();
  door.tell(membership(3, 1));
  expect(await late.heard(2)).toEqual(told(3, 1));
});

test("CcmDoor ends with what it told, and without the wish for it", async () => {
  await opened();
  door.tell(membership(1, 1));
  const first = await client();
  await first.heard(2);
  door.tell(undefined);
  await first.over;
  const second = await client();
  door.use(false);
  await second.over;
  expect(existsSync(path)).toBe(false);
});

test("CcmDoor makes the directory by which it is decided who may come", async () => {
  await opened();
  expect(statSync(join(directory, "ccm")).mode & 0o777).toBe(0o750);
  expect(statSync(path).mode & 0o777).toBe(0o777);
});

test("CcmDoor lets a program go that does not read, and nobody else", async () => {
  await opened();
  const deaf = await client();
  deaf.socket.pause();
  const other = await client();
  for (let transition = 1; transition <= 20_000 && lines === ""; transition++) {
    door.tell(membership(transition, 0, 1));
    if (transition % 100 === 0) await other.heard(2 * transition);
  }
  expect(lines).toContain("does not read");
  door.tell(membership(30_000, 1));
  while (!(await other.heard(1)).includes(told(30_000, 1)[1] ?? "")) await Bun.sleep(1);
  deaf.socket.resume();
  await deaf.over;
});

test("CcmDoor says where it cannot be opened", async () => {
  rmSync(directory, { recursive: true });
  await Bun.write(directory, "a file");
  door.use(true);
  while (lines === "") await Bun.sleep(1);
  expect(lines).toContain(`Cannot tell programs of the membership at ${path}`);
});
