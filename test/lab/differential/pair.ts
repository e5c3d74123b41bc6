// A real Heartbeat 3.0.6 on a host, its neighbour that speaks with hb's wire floor, and a client of its API:
// says messages one way or the other, and compares what arrives with what was said.

import { closeSync, openSync, writeSync } from "node:fs";
import { join } from "node:path";
import { Chance } from "../../../src/sim/chance.ts";
import { bytesToText, textToBytes } from "../../../src/wire/bytes.ts";
import { decodeClassic, encodeClassic, encodeLines } from "../../../src/wire/classic.ts";
import { fitsLine } from "../../../src/wire/compact.ts";
import type { Keyring, Method } from "../../../src/wire/keyring.ts";
import { type Message, textOf } from "../../../src/wire/message.ts";
import { decodeNetstring, encodeNetstring } from "../../../src/wire/netstring.ts";
import { open, seal, sealText } from "../../../src/wire/packet.ts";
import { verify } from "../../../src/wire/sign.ts";
import { openRun, RunReader } from "../../../src/wire/stream.ts";
import { Pty } from "../../pty.ts";
import { configure } from "../conf.ts";
import { complaints, startHeartbeat } from "../heartbeat.ts";
import { Lab } from "../lab.ts";
import { until } from "../until.ts";
import { Foreigner, type Form } from "./foreigner.ts";
import { type Carrier, Relay } from "./relay.ts";
import { byFifo, byFrame, byLine, byPacket, type Manner, wording } from "./wording.ts";

export interface Config {
  readonly auth: string;
  readonly msgfmt: "classic" | "netstring";
  readonly medium: "bcast" | "serial";
}

export interface Outcome {
  said: number;
  understood: number;
  /** What arrived otherwise than it was said. */
  readonly wrong: string[];
}

const client = "hbdiff";
/** So many may be on their way: what the daemon has not read waits in the kernel. */
const window = 16;
/** Fields that the daemon adds to what a client or a script says, in this order (heartbeat-wire 4 and 5). */
const added = [
  "from_id",
  "to_id",
  "client_gen",
  "src",
  "srcuuid",
  "seq",
  "hg",
  "ts",
  "ld",
  "ttl",
  "auth",
];
const pollMs = 5;
/** Longer than the daemon ever waits before it looks at what came, or asks for what was lost. */
const patienceMs = 15_000;

export class Differential {
  readonly #config: Config;
  readonly #lab: Lab;
  readonly #form: Form;
  readonly #neighbour: Foreigner;
  readonly #carriers: Carrier[] = [];
  readonly #pushed = new Map<number, Message>();
  readonly #heard = new Map<number, Message>();
  #register: Carrier | undefined;
  #hasSignedOn = false;

  private constructor(lab: Lab, config: Config) {
    this.#lab = lab;
    this.#config = config;
    this.#form = formOf(config);
    let hear: (bytes: Uint8Array) => void = () => {};
    const carrier = this.#carry((bytes) => hear(bytes));
    this.#carriers.push(carrier);
    this.#neighbour = new Foreigner(
      this.#form,
      (bytes) => carrier.send(bytes),
      (message) => {
        const n = numberOf(message);
        if (n !== undefined) this.#heard.set(n, message);
      },
    );
    hear = (bytes) => this.#neighbour.hear(bytes);
  }

  /** Starts everything; resolves when the client has signed on. */
  static async begin(config: Config): Promise<Differential> {
    const lab = await Lab.up({ hosts: ["alice", "bob"], name: "diff" });
    try {
      const line = ["baud 460800", "serial /dev/ttyLAB0"];
      configure(lab, {
        resources: [],
        media: config.medium === "serial" ? [] : ["bcast"],
        auth: config.auth,
        keepalive: "300ms",
        warntime: "5",
        deadtime: "10",
        initdead: "20",
        extra: [
          `apiauth ${client} uid=root`,
          `msgfmt ${config.msgfmt}`,
          ...(config.medium === "serial" ? line : []),
        ],
      });
      const pair = new Differential(lab, config);
      try {
        await pair.#begin();
        return pair;
      } catch (error) {
        pair.#close();
        throw error;
      }
    } catch (error) {
      process.stderr.write(`${lab.tail()}\n`);
      await lab.down();
      throw error;
    }
  }

  /** Says messages with hb's encoder, and compares what the daemon pushes to its client. */
  async ours(count: number): Promise<Outcome> {
    const chance = new Chance(1);
    const manner = this.#isLine ? byLine : byPacket;
    const sent = new Map<number, Message>();
    return await this.#exchange(count, this.#pushed, {
      say: (n) => {
        sent.set(n, this.#neighbour.say(this.#wording(chance, n, manner)));
      },
      judge: (n, arrived) => this.#compareOurs(sent.get(n), arrived),
    });
  }

  /** Has the daemon say what a client and its FIFO give it, and compares what hb's decoder hears. */
  async theirs(count: number): Promise<Outcome> {
    const chance = new Chance(2);
    const byClient = this.#isLine ? byLine : byFrame;
    const byScript = { ...byFifo, sevenBit: this.#isLine };
    const given = new Map<number, Message>();
    const fifo = openSync(join(this.#lab.host("bob").dir, "lib/fifo"), "w");
    try {
      return await this.#exchange(count, this.#heard, {
        say: (n) => {
          const isScript = n % 8 === 0;
          const message = this.#wording(chance, n, isScript ? byScript : byClient);
          given.set(n, message);
          if (isScript) writeSync(fifo, textToBytes(encodeClassic(message)));
          else this.#register?.send(this.#frame(message, n));
        },
        judge: (n, arrived) => this.#compareTheirs(given.get(n), arrived),
      });
    } finally {
      closeSync(fifo);
    }
  }

  get #isLine(): boolean {
    return this.#config.medium === "serial";
  }

  /** On a line, one that hb would send there. */
  #wording(chance: Chance, n: number, manner: Manner): Message {
    for (;;) {
      const message = wording(chance, n, manner);
      if (!this.#isLine || fitsLine(message)) return message;
    }
  }

  /** Packets of the daemon that hb did not take for authentic. */
  get rejected(): readonly string[] {
    return this.#neighbour.rejected;
  }

  /** What the daemon's log says that it should not. How fast the neighbour acknowledges is this process's
   *  time, which a busy machine may not give it. */
  get complaints(): readonly string[] {
    return complaints(this.#lab.host("bob")).filter((line) => !line.includes("is filling up"));
  }

  async end(): Promise<void> {
    this.#close();
    await this.#lab.down();
  }

  async #begin(): Promise<void> {
    const bob = this.#lab.host("bob");
    await startHeartbeat(bob);
    // The socket opens when the daemon is an active member.
    await bob.says("log/ha-log", /Status update for node alice: status active|st.*active/, 40_000);
    const socket = "/run/heartbeat/register";
    await until({ what: "the API of the daemon", withinMs: 40_000, everyMs: 200 }, async () => {
      return (await bob.exec(["test", "-S", socket])).code === 0;
    });
    const relay = new Relay(bob, ["register.ts", socket, client], (bytes) => this.#push(bytes));
    this.#carriers.push(relay);
    this.#register = relay;
    await until({ what: "the client to sign on", withinMs: 20_000 }, () => {
      if (relay.complaint !== "") throw new Error(relay.complaint);
      return this.#hasSignedOn;
    });
  }

  #close(): void {
    this.#neighbour.close();
    for (const carrier of this.#carriers) carrier.close();
  }

  /** The way to the daemon. */
  #carry(heard: (bytes: Uint8Array) => void): Carrier {
    if (this.#config.medium === "serial") return new Line(this.#lab, heard);
    return new Relay(this.#lab.host("alice"), ["ether.ts", "10.77.0.255", "694"], heard);
  }

  /** What the daemon gives its client: in text form, or as a netstring when it nests messages. */
  #push(frame: Uint8Array): void {
    const text = bytesToText(frame);
    const message = text.startsWith("###") ? decodeNetstring(text)?.message : decodeClassic(text);
    // What the client said itself comes back in text form, whatever that loses.
    if (message === undefined) return;
    if (textOf(message, "reqtype") === "signon")
      this.#hasSignedOn = textOf(message, "result") === "OK";
    const n = numberOf(message);
    if (n !== undefined && textOf(message, "src") === "alice") this.#pushed.set(n, message);
  }

  /** As a netstring every other time; text where nothing of it would be lost. */
  #frame(message: Message, n: number): Uint8Array {
    const isText = n % 2 === 0 && fitsLine(message);
    return isText ? textToBytes(`${encodeClassic(message)}\0`) : encodeNetstring(message);
  }

  async #exchange(
    count: number,
    arrivals: ReadonlyMap<number, Message>,
    part: { say(n: number): void; judge(n: number, arrived: Message): string | undefined },
  ): Promise<Outcome> {
    const outcome: Outcome = { said: 0, understood: 0, wrong: [] };
    const open = new Set<number>();
    const settle = () => {
      for (const n of open) {
        const arrived = arrivals.get(n);
        if (arrived === undefined) continue;
        open.delete(n);
        const wrong = part.judge(n, arrived);
        if (wrong === undefined) outcome.understood++;
        else if (outcome.wrong.length < 20) outcome.wrong.push(wrong);
      }
    };
    for (let n = 1; n <= count; n++) {
      part.say(n);
      outcome.said++;
      open.add(n);
      if (!(await patience(open, window, settle))) break;
    }
    await patience(open, 1, settle);
    for (const n of open) outcome.wrong.push(`Number ${n} did not arrive`);
    return outcome;
  }

  #compareOurs(said: Message | undefined, arrived: Message): string | undefined {
    const fields = arrived.fields.filter(({ name }) => name !== "auth");
    return difference(said?.fields, fields);
  }

  /** What was given comes first, as it was; then what the daemon adds, and a good inner signature. */
  #compareTheirs(given: Message | undefined, arrived: Message): string | undefined {
    const count = given?.fields.length ?? 0;
    const wrong = difference(given?.fields, arrived.fields.slice(0, count));
    if (wrong !== undefined) return wrong;
    const names = arrived.fields.slice(count).map(({ name }) => name);
    const known = added.filter((name) => names.includes(name));
    return difference(known, names);
  }
}

/** Waits until fewer than so many are on their way; false when none of them arrives for long. */
async function patience(
  open: ReadonlySet<number>,
  limit: number,
  settle: () => void,
): Promise<boolean> {
  settle();
  for (let [before, since] = [open.size, performance.now()]; open.size >= limit; settle()) {
    await Bun.sleep(pollMs);
    if (open.size !== before) [before, since] = [open.size, performance.now()];
    else if (performance.now() - since > patienceMs) return false;
  }
  return true;
}

function numberOf(message: Message): number | undefined {
  if (!textOf(message, "t")?.startsWith("hbdiff-")) return undefined;
  return Number(textOf(message, "n"));
}

/** The first place where two lists are not the same. */
function difference(
  want: readonly unknown[] | undefined,
  have: readonly unknown[],
): string | undefined {
  if (want === undefined) return "nobody said that";
  const longer = want.length >= have.length ? want : have;
  const at = longer.findIndex((_, place) => !Bun.deepEquals(want[place], have[place], true));
  if (at === -1) return undefined;
  const told = (value: unknown) => Bun.inspect(value, { depth: 8, colors: false });
  return `said ${told(want[at])}, read ${told(have[at])}`;
}

/** hb's encoder and decoder, and on the way a look at the inner signature, which hb itself does not need. */
function formOf({ auth, msgfmt, medium }: Config): Form {
  const [method = "crc", key = ""] = auth.split(" ");
  const keyring: Keyring = { active: 1, keys: [{ number: 1, method: method as Method, key }] };
  if (medium === "serial") {
    return {
      keyring,
      encode: (message) => sealText(message, keyring),
      decode: (bytes) => openRun(bytes, keyring),
    };
  }
  return {
    keyring,
    encode: (message) => seal(message, keyring, msgfmt),
    decode(bytes) {
      const opened = open(bytes, keyring);
      const decoded = decodeNetstring(bytesToText(bytes))?.message.fields ?? [];
      const inner = decoded.at(-1);
      if (!opened.ok || inner?.name !== "auth" || inner.type !== "string") return opened;
      const lines = textToBytes(encodeLines(decoded.slice(0, -1)));
      const verdict = verify(lines, inner.value, keyring);
      return verdict === "good" ? opened : { ok: false, reason: verdict };
    },
  };
}

/** A serial line to bob, of which the test itself is the other end. */
class Line implements Carrier {
  readonly #pty = new Pty();
  readonly #timer: Timer;
  #waiting: Uint8Array = new Uint8Array(0);

  constructor(lab: Lab, heard: (bytes: Uint8Array) => void) {
    const reader = new RunReader();
    Bun.spawnSync(lab.host("bob").inside(["ln", "-sfn", this.#pty.path, "/dev/ttyLAB0"]));
    this.#timer = setInterval(() => {
      this.#flush();
      for (const run of reader.push(textToBytes(this.#pty.read()))) heard(run);
    }, pollMs);
  }

  send(bytes: Uint8Array): void {
    this.#waiting = Buffer.concat([this.#waiting, bytes]);
    this.#flush();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#pty.close();
  }

  #flush(): void {
    if (this.#waiting.length === 0) return;
    this.#waiting = this.#waiting.slice(this.#pty.write(this.#waiting));
  }
}
