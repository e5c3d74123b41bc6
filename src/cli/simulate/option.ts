// The options of `hb simulate`: where the files are, what happens to the cluster, and what is assumed.

import { defaultDirectories } from "../../desk/place.ts";

export const simulateOptions = {
  dir: {
    type: "string",
    valueHint: "DIR",
    default: defaultDirectories.conf,
    description: "Where the files are, or a copy of them",
  },
  kill: { type: "string", valueHint: "NODE@TIME", description: "The host loses power" },
  start: {
    type: "string",
    valueHint: "NODE@TIME",
    description: "Power and agent come (again); what is only started is off until then",
  },
  crash: {
    type: "string",
    valueHint: "NODE@TIME",
    description: "The agent is killed and stays away; the host runs on",
  },
  "kill-pulse": {
    type: "string",
    valueHint: "NODE@TIME",
    description: "One of the agent's two processes is killed; it comes back by itself",
  },
  "kill-desk": { type: "string", valueHint: "NODE@TIME", description: "The other one" },
  freeze: {
    type: "string",
    valueHint: "NODE@TIME",
    description: "The agent stands still (SIGSTOP); the kernel runs on",
  },
  thaw: { type: "string", valueHint: "NODE@TIME", description: "It goes on" },
  cut: {
    type: "string",
    valueHint: "WHAT@TIME",
    description: "eth0: dead for all; alice:eth0: one plug; alice/bob,carol: a partition",
  },
  heal: { type: "string", valueHint: "[LINK@]TIME", description: "Networks are whole again" },
  loss: {
    type: "string",
    valueHint: "[LINK:]N%@TIME",
    description: "So many packets are lost from then on",
  },
  blind: {
    type: "string",
    valueHint: "NODE@TIME",
    description: "It does not reach the ping nodes any more",
  },
  see: { type: "string", valueHint: "NODE@TIME", description: "It reaches them again" },
  script: {
    type: "string",
    valueHint: '"NAME HOW [on NODE][@TIME]"',
    description: "What a script does from then on; HOW is told below",
  },
  standby: {
    type: "string",
    valueHint: "NODE[:SET]@TIME",
    description: "hb standby on that node",
  },
  takeover: {
    type: "string",
    valueHint: "NODE[:SET]@TIME",
    description: "hb takeover on that node",
  },
  leave: { type: "string", valueHint: "NODE@TIME", description: "It leaves in good order" },
  explore: {
    type: "boolean",
    description: "Search single and double faults that do harm",
  },
  tries: {
    type: "string",
    valueHint: "N",
    description: "With --explore: how many double faults to try",
  },
  length: { type: "string", valueHint: "TIME", description: "How long the run is" },
  "script-time": {
    type: "string",
    valueHint: "[NAME=]TIME",
    description: "What a start or stop of a script takes (default: 1s)",
  },
  clients: {
    type: "string",
    valueHint: "LINK",
    description: "The network of clients and ping nodes",
  },
  node: { type: "string", valueHint: "NODE", description: "Whose files these are" },
  seed: { type: "string", valueHint: "N", description: "Another one: other chances (default: 1)" },
  json: { type: "boolean", description: "Print JSON" },
} as const;
