// A user to whom nothing is granted, at the programs' own door: what he asks, how often, and how many of his connections
// stay open. Runs on a host of a lab and tells what became of it.

import { connect, type Socket } from "node:net";

const DOOR = "/run/heartbeat/programs.sock";
const REFUSALS = 2_000;
const HELD = 200;

/** What comes back for these bytes until the agent hangs up. */
function told(bytes: string): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  let said = "";
  const socket = connect(DOOR, () => socket.write(bytes)).setEncoding("utf8");
  socket.on("data", (text: string) => {
    said += text;
  });
  socket.on("error", () => {});
  socket.on("close", () => resolve(said));
  return promise;
}

const requests = [
  ...["status", "routers", "leave", "yield"].map((ask) => ({ ask })),
  { ask: "standby", set: "all" },
  { ask: "takeover", set: "all" },
  { ask: "addnode", nodes: ["carol"] },
  { ask: "delnode", nodes: ["bob"] },
  { ask: "listen", topics: ["nodes"] },
  { ask: "listen", topics: ["nodes"], channels: ["deploy"] },
  { ask: "send", channel: "deploy", fields: { text: "x" } },
];
const answers: string[] = [];
for (const request of requests) answers.push(await told(`${JSON.stringify(request)}\n`));

const long = await told("x".repeat(1_000_000));

let refusals = 0;
for (let n = 0; n < REFUSALS; n++) {
  if ((await told('{"ask":"status"}\n'.repeat(10))).includes('"ok":false')) refusals += 1;
}

let turnedAway = 0;
let isOver = false;
const held: Socket[] = [];
await Promise.all(
  Array.from({ length: HELD }, () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const socket = connect(DOOR, resolve);
    socket.on("error", () => resolve());
    socket.resume();
    socket.on("close", () => {
      if (!isOver) turnedAway += 1;
    });
    held.push(socket);
    return promise;
  }),
);
process.stdout.write(`${JSON.stringify({ answers, long, refusals })}\n`);
// They stay until the test has seen that others are served.
await new Promise((resolve) => process.stdin.once("end", resolve).resume());
isOver = true;
for (const socket of held) socket.destroy();
process.stdout.write(`${JSON.stringify({ turnedAway })}\n`);
