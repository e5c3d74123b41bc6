// Prints every CARP frame that its host hears on an interface: "MILLISECONDS HEX" a line, on the wall clock.
//
// Run as `bun hear.ts DEVICE [arp]`, with "arp" every ARP frame as well. Its first line is "listening":
// what is sent after that is not missed.

import { POLLIN, PollSet } from "../../../ffi/poll.ts";
import { RawPort } from "./rawport.ts";

const CARP = 112;
const ARP = 0x0806;
const [device = "eth0", also] = process.argv.slice(2);
// One socket where the order of different protocols matters.
const kinds = also === "arp" ? (["all"] as const) : (["ip", "ipv6"] as const);
const ports = kinds.map((kind) => new RawPort(device, kind));
const polls = new PollSet();
for (const port of ports) polls.watch(port.fd, POLLIN);
process.stdout.write("listening\n");
for (;;) {
  polls.wait(-1);
  for (const port of ports) {
    for (let frame = port.take(); frame !== undefined; frame = port.take()) {
      const type = frame.readUInt16BE(12);
      const protocol = type === 0x0800 ? frame[23] : frame[20];
      if (protocol !== CARP && type !== ARP) continue;
      const now = performance.timeOrigin + performance.now();
      process.stdout.write(`${now.toFixed(3)} ${frame.toString("hex")}\n`);
    }
  }
}
