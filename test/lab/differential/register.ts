// Inside a host: a client of the API of Heartbeat 3.0.6 that signs on and passes everything on. A frame is
// a line of hex digits, on stdin what is sent, on stdout what is pushed.
//
// It must be there and not in the test: the daemon compares the pid that is claimed with the real one, as
// it sees it. Run as `bun register.ts SOCKET NAME`.

import { connect } from "node:net";
import { createInterface } from "node:readline";

const [path = "/run/heartbeat/register", name = "client"] = process.argv.slice(2);
const magic = 0xabcd;
const headBytes = 8;
/** So many frames may wait for us in the daemon. */
const queueLength = 1_024;

function frame(body: Uint8Array): Uint8Array {
  const head = Buffer.alloc(headBytes);
  head.writeInt32LE(body.length, 0);
  head.writeUInt32LE(magic, 4);
  return Buffer.concat([head, body]);
}

function request(fields: Readonly<Record<string, string>>): Uint8Array {
  const own = { t: "hbapi-req", ...fields, pid: `${process.pid}`, from_id: name };
  const lines = Object.entries(own).map(([key, value]) => `${key}=${value}\n`);
  return frame(Buffer.from(`>>>\n${lines.join("")}<<<\n\0`, "latin1"));
}

const socket = connect(path);
let part = Buffer.alloc(0);
socket.on("connect", () => {
  const ids = { uid: `${process.geteuid?.()}`, gid: `${process.getegid?.()}` };
  socket.write(request({ reqtype: "signon", ...ids }));
  socket.write(request({ reqtype: "set_sendqlen", sendqlen: `${queueLength}` }));
});
socket.on("data", (bytes: Buffer) => {
  part = Buffer.concat([part, bytes]);
  while (part.length >= headBytes && part.length >= headBytes + part.readInt32LE(0)) {
    const end = headBytes + part.readInt32LE(0);
    process.stdout.write(`${part.subarray(headBytes, end).toString("hex")}\n`);
    part = part.subarray(end);
  }
});
socket.on("error", (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
socket.on("close", () => process.exit(0));
const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => socket.write(frame(Buffer.from(line, "hex"))));
lines.on("close", () => process.exit(0));
