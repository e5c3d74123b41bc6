// Virtual MACs in a real kernel: who answers for a shared address, and what is left behind.

import { expect, test } from "bun:test";
import { interfaceIndex } from "../../../ffi/interface.ts";
import { AF_PACKET, sockaddrLl } from "../../../ffi/layout.ts";
import { bind, close, receive, SOCK_RAW, sendTo, setOption, socket } from "../../../ffi/socket.ts";
import type { AddressResource } from "../../../src/config/resource.ts";
import type { RouterConfig } from "../../../src/config/router.ts";
import { arpClaim, arpRequest } from "../../../src/wire/arp.ts";
import { plainRouter } from "../../plainrouter.ts";
import { cable, inNamespace, ip } from "../namespace.ts";
import { Puppet, until } from "../puppet.ts";

const VMAC = "0:0:94:0:1:42";
const router: RouterConfig = {
  ...plainRouter,
  name: "left/42",
  device: "left",
  addresses: [{ family: 4, address: "10.9.0.252" }],
  vmac: true,
};
const address: AddressResource = {
  kind: "address",
  word: "carp left/42 10.9.0.252",
  agent: "IPaddr2",
  family: 4,
  address: "10.9.0.252",
  device: "left",
  router: "left/42",
};

/** Who answers a question for the address, once at least so many have. A macvlan hears broadcasts a
 *  moment after the interface below it has answered. */
async function answers(least: number): Promise<string[]> {
  const index = interfaceIndex("right") ?? 0;
  const fd = socket(AF_PACKET, SOCK_RAW, 0);
  setOption(fd, "packetIgnoreOutgoing", 1);
  bind(fd, sockaddrLl({ protocol: 0x0806, index }), "right");
  const asker = { mac: Uint8Array.of(2, 0, 0, 0, 0, 2), address: Uint8Array.of(10, 9, 0, 2) };
  const found: string[] = [];
  const buffer = new Uint8Array(256);
  let over = false;
  // The second question is for what is answered always: after that nothing more comes.
  for (const last of [252, 1]) {
    const question = arpRequest(asker);
    question.set([10, 9, 0, last], 38);
    sendTo(fd, question, sockaddrLl({ protocol: 0x0806, index }), "right");
  }
  await until("the answer to the second question", () => {
    for (let got = receive(fd, buffer); got !== undefined; got = receive(fd, buffer)) {
      const claim = arpClaim(buffer.subarray(0, got));
      // Announcements go to everybody; answers to who asked.
      if (claim === undefined || buffer[0] !== 2) continue;
      if (claim.address[3] === 252) found.push(claim.mac.join(":"));
      else over = true;
    }
    return over && found.length >= least;
  });
  close(fd);
  return found;
}

function arpIgnore(): Promise<string> {
  return Bun.$`cat /proc/sys/net/ipv4/conf/left/arp_ignore`.text();
}

test("Vmacs.house() makes the virtual MAC alone answer for the address, until drop()", async () => {
  await inNamespace(async () => {
    cable();
    ip("addr add 10.9.0.1/24 dev left");
    const before = await arpIgnore();
    const puppet = new Puppet({ routers: [router] });
    const name = `carp-${interfaceIndex("left")}-42`;
    try {
      puppet.order({ effects: [{ do: "hold", job: 1, resources: [address] }] });
      expect(await puppet.input("result")).toMatchObject({ job: 1, ok: true, text: "done" });
      expect(ip(`-br addr show ${name}`)).toMatch(/10\.9\.0\.252\/32/);
      expect(ip("addr show left")).not.toContain("10.9.0.252");
      expect(await answers(1)).toEqual([VMAC]);
      puppet.order({ effects: [{ do: "drop", job: 2, resources: [address] }] });
      expect(await puppet.input("result")).toMatchObject({ job: 2, ok: true });
      expect(ip(`-br link show ${name}`)).toContain("DOWN");
      expect(await answers(0)).toEqual([]);
      expect(await arpIgnore()).toBe(before);
      puppet.order({ effects: [{ do: "hold", job: 3, resources: [address] }] });
      expect(await puppet.input("result")).toMatchObject({ job: 3, ok: true });
      expect(await answers(1)).toEqual([VMAC]);
      await puppet.hangUp();
      expect(interfaceIndex(name)).toBeUndefined();
      expect(await arpIgnore()).toBe(before);
    } finally {
      puppet.signal("SIGKILL");
      await puppet.exited();
    }
  });
});

test("Vmacs removes at start what a killed process left behind", async () => {
  await inNamespace(async () => {
    cable();
    ip("addr add 10.9.0.1/24 dev left");
    const before = await arpIgnore();
    const name = `carp-${interfaceIndex("left")}-42`;
    const first = new Puppet({ routers: [router] });
    first.order({ effects: [{ do: "hold", job: 1, resources: [address] }] });
    await first.input("result", ({ ok }) => ok);
    first.signal("SIGKILL");
    await first.exited();
    expect(ip(`-br addr show ${name}`)).toMatch(/10\.9\.0\.252\/32/);
    const second = new Puppet({ routers: [router] });
    try {
      await second.input("interface");
      await until("the leftover to be gone", () => interfaceIndex(name) === undefined);
      expect(await arpIgnore()).toBe(before);
      second.order({ effects: [{ do: "hold", job: 2, resources: [address] }] });
      expect(await second.input("result")).toMatchObject({ job: 2, ok: true });
      expect(await answers(1)).toEqual([VMAC]);
    } finally {
      second.signal("SIGKILL");
      await second.exited();
    }
  });
});
