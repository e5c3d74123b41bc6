// Sends the frames whose hex digits it reads, one per line, from an interface of its host: what a
// neighbour without manners can do.
//
// Run as `bun speak.ts DEVICE`, frames on stdin; ends with them and says how many there were.

import { readFileSync } from "node:fs";
import { RawPort } from "./rawport.ts";

const port = new RawPort(process.argv[2] ?? "eth0", "ip");
const frames = readFileSync(0, "latin1").split("\n").filter(Boolean);
for (const frame of frames) port.put(Buffer.from(frame, "hex"));
process.stdout.write(`${frames.length} sent\n`);
