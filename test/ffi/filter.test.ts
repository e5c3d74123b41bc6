// Filters in the kernel: their bytes, and what passes a socket that has one.

import { expect, test } from "bun:test";
import { attachFilter, byteFilter, filterBytes } from "../../ffi/filter.ts";
import { interfaceIndex } from "../../ffi/interface.ts";
import { AF_PACKET, sockaddrLl } from "../../ffi/layout.ts";
import { bind, close, receive, SOCK_RAW, sendTo, setOption, socket } from "../../ffi/socket.ts";
import { cable, inNamespace, ip } from "../pulse/namespace.ts";
import { until } from "../pulse/puppet.ts";

const ETH_P_IP = 0x0800;

/** A frame of this protocol, with a VLAN tag or without. */
function frame(protocol: number, tag: readonly number[] = []): Uint8Array {
  const bytes = new Uint8Array(60 + tag.length);
  bytes.fill(0xff, 0, 6);
  bytes.set([2, 0, 0, 0, 0, 9], 6);
  bytes.set([...tag, 0x08, 0x00, 0x45], 12);
  bytes[23 + tag.length] = protocol;
  return bytes;
}

test("filterBytes() lays out struct sock_filter as linux/filter.h has it", () => {
  expect(Buffer.from(filterBytes([[0x15, 1, 2, 0x8001_0203]])).toString("hex")).toBe(
    "1500010203020180",
  );
  expect(() => filterBytes([])).toThrow(RangeError);
  expect(() => filterBytes([[0x15, 256, 0, 0]])).toThrow(RangeError);
});

test("attachFilter() lets a packet socket hear one protocol only, and nothing for others or of a VLAN", async () => {
  await inNamespace(async () => {
    cable();
    const [left = 0, right = 0] = [interfaceIndex("left"), interfaceIndex("right")];
    const mouth = socket(AF_PACKET, SOCK_RAW, 0);
    const ear = socket(AF_PACKET, SOCK_RAW, 0);
    attachFilter(ear, byteFilter(23, 112));
    setOption(ear, "packetIgnoreOutgoing", 1);
    bind(ear, sockaddrLl({ protocol: ETH_P_IP, index: right }), "right");
    const say = (bytes: Uint8Array) =>
      sendTo(mouth, bytes, sockaddrLl({ protocol: ETH_P_IP, index: left }), "left");
    try {
      for (const protocol of [17, 111, 113, 0]) say(frame(protocol));
      say(frame(112, [0x81, 0x00, 0x00, 0x05]));
      say(frame(112).with(0, 2));
      say(frame(112));
      const buffer = new Uint8Array(2048);
      // The kernel of a busy machine brings frames to the other end when it gets to it, and in order.
      let heard: number | undefined;
      await until("the frame that passes", () => {
        heard = receive(ear, buffer);
        return heard !== undefined;
      });
      expect(heard).toBe(60);
      expect([...buffer.subarray(0, 60)]).toEqual([...frame(112)]);
      expect(receive(ear, buffer)).toBeUndefined();
    } finally {
      close(mouth);
      close(ear);
    }
    expect(ip("-br link show right")).toContain("UP");
  });
});
