// Hostile clients of the client API, one act after the other, each bounded in count and time. Runs on a host of a lab
// and tells what became of it.
//
//   badclient.ts NODE

import { encodeBody } from "../../src/wire/ipc/body.ts";
import { FrameReader, frame } from "../../src/wire/ipc/frame.ts";
import { text } from "../../src/wire/message.ts";

const REGISTER = "/run/heartbeat/register";
const CONNECTIONS = 10_000;
/** Open at once: more than the agent lets in. */
const WAVE = 1_000;
const SIGN_ONS = 500;
const FLOOD = 4_000;
/** Longer than an act takes; one that hangs is told by what it did not reach. */
const ACT_MS = 20_000;
let actEndsMs = 0;

type Words = Readonly<Record<string, string | number>>;

function words(fields: Words): Uint8Array {
  const pairs = Object.entries(fields).map(([name, value]) => [name, `${value}`] as const);
  return frame(encodeBody(text(Object.fromEntries(pairs))));
}

function header(length: number, magic = 0xabcd): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setInt32(0, length, true);
  bytes.setUint32(4, magic, true);
  return new Uint8Array(bytes.buffer);
}

/** A connection that writes what it is told to, however long that takes, and hears, unless it is deaf. */
class Line {
  readonly heard: string[] = [];
  isOver = false;
  #socket: Bun.Socket | undefined;
  #unsent: Uint8Array[] = [];
  #news = Promise.withResolvers<void>();
  readonly #reader = new FrameReader();

  static async open(isDeaf = false): Promise<Line> {
    const line = new Line();
    line.#socket = await Bun.connect({
      unix: REGISTER,
      socket: {
        data: (_socket, bytes) => line.#hears(bytes),
        drain: () => line.#flush(),
        close: () => line.#ends(),
        error: () => line.#ends(),
      },
    });
    if (isDeaf) line.#socket.pause();
    return line;
  }

  get unsent(): number {
    return this.#unsent.length;
  }

  say(...pieces: readonly Uint8Array[]): void {
    this.#unsent.push(...pieces);
    this.#flush();
  }

  /** Waits until it is so, or over. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo() && !this.isOver && performance.now() < actEndsMs) {
      await Promise.race([this.#news.promise, Bun.sleep(1_000)]);
    }
  }

  drop(): void {
    this.#socket?.terminate();
  }

  #hears(bytes: Uint8Array): void {
    for (const body of this.#reader.push(bytes) ?? []) {
      this.heard.push(Buffer.from(body).toString("latin1"));
    }
    this.#tell();
  }

  #flush(): void {
    for (
      let piece = this.#unsent[0];
      piece !== undefined && !this.isOver;
      piece = this.#unsent[0]
    ) {
      const written = this.#socket?.write(piece) ?? 0;
      if (written < piece.length) {
        this.#unsent[0] = piece.subarray(Math.max(0, written));
        return;
      }
      this.#unsent.shift();
    }
    this.#tell();
  }

  #ends(): void {
    this.isOver = true;
    this.#tell();
  }

  #tell(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers<void>();
  }
}

const [node = ""] = process.argv.slice(2);
const { pid } = process;
const own = { t: "hbapi-req", dest: node, pid, uid: 0, gid: 0 };

function signOn(name: string, lies: Words = {}): Uint8Array {
  return words({ ...own, reqtype: "signon", from_id: name, ...lies });
}

async function signedOn(name: string, isDeaf = false): Promise<Line> {
  const line = await Line.open();
  line.say(signOn(name));
  await line.until(() => line.heard.some((body) => body.includes("reqtype=signon\nresult=OK")));
  if (!isDeaf) return line;
  line.drop();
  const deaf = await Line.open(true);
  deaf.say(signOn(name));
  return deaf;
}

/** What nobody should say first. */
const beginnings: readonly Uint8Array[] = [
  new Uint8Array(),
  new Uint8Array([0x10, 0, 0]),
  header(100),
  header(0x7fff_ffff),
  header(-1),
  header(0),
  header(40, 0xabce),
  new Uint8Array([...header(4_000), ...Buffer.from(">>>\nt=hbapi-req\n")]),
  new Uint8Array([...header(262_144), ...new Uint8Array(4_000).fill(0x78)]),
  frame(Buffer.from("no message at all")),
];

/** The kernel refuses while too many wait to be let in. */
async function opened(): Promise<Line | undefined> {
  while (performance.now() < actEndsMs) {
    const line = await Line.open().catch(() => undefined);
    if (line !== undefined) return line;
    await Bun.sleep(1);
  }
  return undefined;
}

async function connections(): Promise<number> {
  let made = 0;
  for (let wave = 0; wave < CONNECTIONS / WAVE; wave++) {
    const lines: Line[] = [];
    for (let n = 0; n < WAVE; n++) {
      const line = await opened();
      if (line === undefined) return made;
      made += 1;
      const piece = beginnings[n % beginnings.length];
      if (piece !== undefined && piece.length > 0) line.say(piece);
      if (n % 3 === 0) line.drop();
      else lines.push(line);
    }
    for (const line of lines) line.drop();
  }
  return made;
}

async function liars(): Promise<Record<string, number>> {
  const reasons: Record<string, number> = {};
  const lies: readonly Words[] = [
    { uid: 102 },
    { gid: 106 },
    { pid: 1 },
    { pid: 999_999 },
    { pid: "12x" },
    { uid: -1 },
    { from_id: "x".repeat(5_000) },
  ];
  for (const lie of Array(20).fill(lies).flat() as Words[]) {
    const line = await opened();
    if (line === undefined) break;
    line.say(signOn("liar", lie));
    await line.until(() => line.heard.length > 0);
    const reason = /^info=(.*)$/m.exec(line.heard[0] ?? "")?.[1] ?? "none";
    reasons[reason] = (reasons[reason] ?? 0) + 1;
    line.drop();
  }
  return reasons;
}

/** Half of them with a name, of which the cluster hears; some sign off, and some only go. */
async function comings(): Promise<number> {
  let welcomed = 0;
  for (let n = 0; n < SIGN_ONS; n++) {
    const line = await opened();
    if (line === undefined) break;
    line.say(signOn(n % 2 === 0 ? `${pid}` : `guest${n}`));
    await line.until(() => line.heard.some((body) => body.includes("reqtype=signon\nresult=OK")));
    if (!line.isOver) welcomed += 1;
    if (n % 4 < 2) line.say(words({ ...own, reqtype: "signoff" }));
    line.drop();
  }
  return welcomed;
}

/** Speaks to itself and does not read. */
async function deaf(): Promise<boolean> {
  const line = await signedOn("deaf", true);
  for (let n = 0; n < 500; n++) line.say(words({ t: "hello", text: "x".repeat(1_000) }));
  await line.until(() => false);
  return line.isOver;
}

async function large(): Promise<{ heard: number; isOverAtLast: boolean }> {
  const line = await signedOn("large");
  const hellos = () => line.heard.filter((body) => body.includes("t=hello")).length;
  for (const length of [60_000, 63_000, 66_000, 100_000, 200_000, 262_000]) {
    for (let n = 0; n < 5; n++) line.say(words({ t: "hello", text: "x".repeat(length) }));
  }
  line.say(words({ t: "hello", text: "short" }));
  await line.until(() => hellos() === 26);
  const heard = hellos();
  line.say(header(262_145), new Uint8Array(300_000));
  await line.until(() => line.isOver);
  return { heard, isOverAtLast: line.isOver };
}

async function flood(): Promise<number> {
  const lines = await Promise.all([1, 2, 3, 4].map((n) => signedOn(`flood${n}`)));
  const heard = () => lines.reduce((all, line) => all + line.heard.length, 0);
  const before = heard();
  const hello = words({ t: "hello", text: "x".repeat(80) });
  const pieces = Array<Uint8Array>(100).fill(hello);
  const piece = Buffer.concat(pieces);
  for (const line of lines) {
    for (let n = 0; n < FLOOD / 4 / pieces.length; n++) line.say(piece);
  }
  await Promise.all(lines.map((line) => line.until(() => heard() - before >= FLOOD)));
  for (const line of lines) line.drop();
  return heard() - before;
}

const acts = { connections, liars, comings, deaf, large, flood };
const told: Record<string, unknown> = {};
for (const [name, act] of Object.entries(acts)) {
  const beganMs = performance.now();
  actEndsMs = beganMs + ACT_MS;
  told[name] = await act();
  process.stderr.write(`${name}: ${Math.round(performance.now() - beganMs)} ms\n`);
}
process.stdout.write(`${JSON.stringify(told)}\n`);
