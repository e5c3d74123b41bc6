// A client that asks without pause: one numbered UDP datagram per interval, one line on stdout for each
// answer, and one for each question that got none in time.
//
// Run as `bun probe.ts ADDRESS PORT INTERVAL_MS`. A line is "TIME HOST NUMBER": the moment at which the
// answer was read, in milliseconds of the wall clock, the host that answered ("-" when nobody did
// within PATIENCE_MS; a later answer is told as well) and the number of the question.

import { createSocket } from "node:dgram";

const PATIENCE_MS = 100;
const [address = "", port = "7007", interval = "10"] = process.argv.slice(2);
const socket = createSocket({ type: address.includes(":") ? "udp6" : "udp4" });
const open = new Set<number>();
let asked = 0;

function tell(host: string, question: string | number): void {
  const atMs = performance.timeOrigin + performance.now();
  process.stdout.write(`${atMs.toFixed(3)} ${host} ${question}\n`);
}

function ask(): void {
  const question = asked++;
  open.add(question);
  socket.send(`${question}`, Number(port), address, () => {});
  setTimeout(() => {
    if (open.delete(question)) tell("-", question);
  }, PATIENCE_MS);
}

socket.on("message", (answer) => {
  const [host = "?", question = ""] = answer.toString("latin1").split(" ");
  open.delete(Number(question));
  tell(host, question);
});
// While nobody holds the address the network says so; that is what is being measured.
socket.on("error", () => {});
socket.bind(0, () => setInterval(ask, Number(interval)));
