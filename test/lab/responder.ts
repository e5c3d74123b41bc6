// A small real service: answers every UDP datagram with the name of its host and what was asked.
//
// Run as `bun responder.ts ADDRESS PORT NAME`. An answer to a datagram for 0.0.0.0 leaves from the
// address that the kernel prefers, which a client that is not connected takes as well.

import { createSocket } from "node:dgram";

const [address = "0.0.0.0", port = "7007", name = "?"] = process.argv.slice(2);
const socket = createSocket({ type: address.includes(":") ? "udp6" : "udp4", reuseAddr: true });
socket.on("message", (question, from) => {
  socket.send(`${name} ${question.toString("latin1")}`, from.port, from.address);
});
// A route that vanished under a reply is the client's loss, not the end of the service.
socket.on("error", () => {});
socket.bind(Number(port), address);
