// Prints every CARP frame that its host hears on an interface: "MILLISECONDS HEX" a line, on the wall clock.
//
// Run as `bun hear.ts DEVICE`. Its first line is "listening": what is sent after that is not missed.

import { POLLIN, PollSet } from "../../../ffi/poll.ts";
import { RawPort } from "./rawport.ts";

const CARP = 112;
const device = process.argv[2] ?? "eth0";
const ports = [new RawPort(device, "ip"), new RawPort(device, "ipv6")] as const;
const polls = new PollSet();
for (const port of ports) polls.watch(port.fd, POLLIN);
process.stdout.write("listening\n");
for (;;) {
  polls.wait(-1);
  for (const port of ports) {
    for (let frame = port.take(); frame !== undefined; frame = port.take()) {
      const protocol = frame.readUInt16BE(12) === 0x0800 ? frame[23] : frame[20];
      const now = performance.timeOrigin + performance.now();
      if (protocol === CARP) process.stdout.write(`${now.toFixed(3)} ${frame.toString("hex")}\n`);
    }
  }
}
