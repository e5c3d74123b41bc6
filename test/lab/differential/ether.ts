// Inside a host: what is said on stdin leaves as UDP to the broadcast address, what arrives on the port is
// told on stdout. A packet is a line of hex digits.
//
// Run as `bun ether.ts ADDRESS PORT`.

import { createSocket } from "node:dgram";
import { createInterface } from "node:readline";

const [address = "255.255.255.255", port = "694"] = process.argv.slice(2);
const socket = createSocket({ type: "udp4", reuseAddr: true });

socket.on("message", (bytes) => process.stdout.write(`${bytes.toString("hex")}\n`));
socket.bind(Number(port), () => {
  socket.setBroadcast(true);
  socket.setRecvBufferSize(4 * 1024 * 1024);
  const lines = createInterface({ input: process.stdin });
  lines.on("line", (line) => socket.send(Buffer.from(line, "hex"), Number(port), address));
  lines.on("close", () => process.exit(0));
});
