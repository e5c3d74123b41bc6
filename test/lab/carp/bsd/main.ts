// A modelled BSD host as a program inside a machine of a lab: `bun main.ts SHAPE` (JSON, BsdShape).
//
// Tells what happens on stdout, one JSON value a line. Obeys lines on stdin: "demote N", "preempt on|off",
// "leave". The addresses live on an interface with the virtual MAC, as BSD answers for them with it.
// It ends like the kernel that it plays: when the machine is switched off.

import { randomBytes } from "node:crypto";
import { readSync, writeFileSync, writeSync } from "node:fs";
import { isIPv4 } from "node:net";
import { interfaceIndex } from "../../../../ffi/interface.ts";
import { AF_INET, AF_INET6 } from "../../../../ffi/layout.ts";
import { POLLHUP, POLLIN, PollSet } from "../../../../ffi/poll.ts";
import { joinGroup, SOCK_DGRAM, socket } from "../../../../ffi/socket.ts";
import { arpRequest } from "../../../../src/wire/arp.ts";
import { neighbourAdvertisement } from "../../../../src/wire/neighbour.ts";
import { BsdHost } from "../../../sim/neighbour/bsd/machine.ts";
import type { BsdEvent, BsdShape, BsdState } from "../../../sim/neighbour/bsd/shape.ts";
import { addressBytes, frameOf, readFrame } from "../../../sim/neighbour/bsd/wire.ts";
import { RawPort } from "../rawport.ts";

const shape = JSON.parse(process.argv[2] ?? "") as BsdShape;
const { device, vhid, addresses } = shape;
const carp = `carp${vhid}`;
const mac = Buffer.of(0, 0, 0x5e, 0, 1, vhid);

function tell(event: Omit<BsdEvent, "at"> & Record<string, unknown>): void {
  const at = performance.timeOrigin + performance.now();
  writeSync(1, `${JSON.stringify({ at, ...event })}\n`);
}

function ip(...lines: readonly string[]): void {
  const done = Bun.spawnSync(["ip", "-force", "-batch", "-"], {
    stdin: new TextEncoder().encode(`${lines.join("\n")}\n`),
  });
  if (done.exitCode !== 0) throw new Error(`ip ${lines.join("; ")}: ${done.stderr.toString()}`);
}

/** Linux answers ARP on every interface for every address of the host, and asks in the name of any of
 *  them; BSD does neither. */
function prepare(): void {
  writeFileSync("/proc/sys/net/ipv4/conf/all/arp_ignore", "1");
  writeFileSync("/proc/sys/net/ipv4/conf/all/arp_announce", "2");
  const colons = mac.toString("hex").replace(/(..)(?!$)/g, "$1:");
  ip(
    `link add ${carp} link ${device} address ${colons} type macvlan mode bridge`,
    `link set ${carp} addrgenmode none`,
  );
  const index = interfaceIndex(device) ?? 0;
  joinGroup(socket(AF_INET, SOCK_DGRAM), "224.0.0.18", index);
  if (shape.source6 !== undefined) joinGroup(socket(AF_INET6, SOCK_DGRAM), "ff02::12", index);
}

const out = new RawPort(device, "ip");
const ports = [out, new RawPort(device, "ipv6")] as const;
prepare();

const host = new BsdHost(
  shape,
  {
    send: (advert) => out.put(frameOf(shape, advert, randomBytes(2).readUInt16BE())),
    raise: () => {
      const adds = addresses.map((address) =>
        isIPv4(address)
          ? `addr add ${address}/32 dev ${carp}`
          : `addr add ${address}/128 dev ${carp} nodad`,
      );
      ip(`link set ${carp} up`, ...adds);
    },
    lower: () => ip(`addr flush dev ${carp}`, `link set ${carp} down`),
    announce: () => {
      for (const address of addresses) {
        const bytes = addressBytes(address);
        const sender = { mac, address: bytes };
        out.put(bytes.length === 4 ? arpRequest(sender) : neighbourAdvertisement(sender));
      }
    },
    say: (state: BsdState, why: string) => tell({ say: "state", state, why }),
    random64: () => randomBytes(8).readBigUInt64BE(),
  },
  performance.now(),
);

function take(frame: Buffer): void {
  const read = readFrame(shape, frame);
  if (read === undefined) return;
  if (typeof read === "string") {
    tell({ say: "refused", reason: read, from: frame.subarray(6, 12).toString("hex") });
    return;
  }
  const known = host.heard(read, performance.now());
  const { family, from, advbase, advskew, demote, counter } = read;
  if (!known) tell({ say: "refused", reason: "own cookie", from });
  else tell({ say: "heard", family, from, advbase, advskew, demote, counter: `${counter}` });
}

function obey(line: string): void {
  const [verb, value] = line.split(" ");
  if (verb === "demote") host.demote(Number(value));
  if (verb === "preempt") host.preempt(value === "on");
  if (verb === "leave") {
    host.leave();
    tell({ say: "left" });
    process.exit(0);
  }
}

const polls = new PollSet();
for (const port of ports) polls.watch(port.fd, POLLIN);
polls.watch(0, POLLIN);
const chunk = Buffer.alloc(4_096);
let words = "";
for (;;) {
  const waitMs = Math.max(0, host.deadline() - performance.now());
  polls.wait(Math.min(Math.ceil(waitMs), 1_000));
  for (const port of ports)
    for (let frame = port.take(); frame !== undefined; frame = port.take()) take(frame);
  if ((polls.found(0) & (POLLIN | POLLHUP)) !== 0) {
    const length = readSync(0, chunk);
    if (length === 0) process.exit(1);
    const lines = (words + chunk.toString("latin1", 0, length)).split("\n");
    words = lines.pop() ?? "";
    for (const line of lines) obey(line);
  }
  host.tick(performance.now());
}
