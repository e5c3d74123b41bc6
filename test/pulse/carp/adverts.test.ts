// Adverts over real packet sockets: what leaves, what is believed, what is only counted.

import { expect, test } from "bun:test";
import { interfaceIndex } from "../../../ffi/interface.ts";
import { AF_PACKET, sockaddrLl } from "../../../ffi/layout.ts";
import { bind, close, receive, SOCK_RAW, sendTo, setOption, socket } from "../../../ffi/socket.ts";
import type { ClusterConfig } from "../../../src/config/cluster.ts";
import type { RouterConfig } from "../../../src/config/router.ts";
import type { Effect } from "../../../src/core/effect.ts";
import { arpClaim } from "../../../src/wire/arp.ts";
import { Ear } from "../../../src/wire/carp/ear.ts";
import { dissect } from "../../../src/wire/carp/packet.ts";
import { Voice } from "../../../src/wire/carp/voice.ts";
import { plainRouter } from "../../plainrouter.ts";
import { cable, inNamespace, ip } from "../namespace.ts";
import { Puppet, puppetConfig, until } from "../puppet.ts";

const router: RouterConfig = {
  ...plainRouter,
  name: "left/42",
  device: "left",
  addresses: [{ family: 4, address: "10.9.0.252" }],
  seal: "off",
};
const advert = { do: "advert", router: "left/42", advbase: 1, advskew: 7, demote: 0 } as const;
const ours = { mac: Uint8Array.of(2, 0, 0, 0, 0, 1), source4: Uint8Array.of(10, 9, 0, 1) };
const theirs = { mac: Uint8Array.of(2, 0, 0, 0, 0, 2), source4: Uint8Array.of(10, 9, 0, 2) };
const said = { advbase: 1, advskew: 0, demote: 0, counter: 7n };

interface Net {
  readonly puppet: Puppet;
  /** Every frame that arrived on the other end of the cable. */
  heard(): Uint8Array[];
  send(frame: Uint8Array): void;
  order(...effects: Effect[]): void;
}

/** A puppet whose routers stand on "left" (10.9.0.1/24), and the test on "right". */
async function onACable(
  routers: readonly RouterConfig[],
  story: (net: Net) => Promise<void>,
  address = "10.9.0.1/24",
  config: Partial<ClusterConfig> = {},
): Promise<void> {
  await inNamespace(async () => {
    cable();
    ip("link set left address 02:00:00:00:00:01");
    if (address !== "") ip(`addr add ${address} dev left`);
    const index = interfaceIndex("right") ?? 0;
    const fd = socket(AF_PACKET, SOCK_RAW, 0);
    setOption(fd, "packetIgnoreOutgoing", 1);
    bind(fd, sockaddrLl({ protocol: 0x0003, index }), "right");
    const puppet = new Puppet({ ...config, routers });
    const buffer = new Uint8Array(2048);
    const frames: Uint8Array[] = [];
    const heard = () => {
      for (let got = receive(fd, buffer); got !== undefined; got = receive(fd, buffer)) {
        frames.push(buffer.slice(0, got));
      }
      return frames;
    };
    const send = (frame: Uint8Array) => {
      sendTo(fd, frame, sockaddrLl({ protocol: 0, index }), "right");
    };
    try {
      await story({ puppet, heard, send, order: (...effects) => puppet.order({ effects }) });
    } finally {
      puppet.signal("SIGKILL");
      await puppet.exited();
      close(fd);
    }
  });
}

/** The adverts among these frames, as a peer judges them. */
function adverts(frames: readonly Uint8Array[], peer: RouterConfig = router) {
  const ear = new Ear(peer);
  return frames.flatMap((frame) => {
    const dissected = dissect(frame);
    if (!dissected.ok) return [];
    const judged = ear.judge(dissected.packet, theirs);
    return judged.ok ? [judged.advert] : [];
  });
}

test("Adverts.send() says what a peer believes, from the router's MAC and our address", async () => {
  await onACable([router], async ({ puppet, heard, order }) => {
    await puppet.input("interface", ({ state }) => state === "up");
    order({ ...advert, counter: "random" }, { ...advert, counter: "random", demote: 3 });
    await until("two adverts", () => adverts(heard()).length === 2);
    const [first, second] = adverts(heard());
    const from = { from: "10.9.0.1", mac: "00:00:5e:00:00:2a", family: 4, advbase: 1, advskew: 7 };
    expect(first).toMatchObject({ ...from, demote: 0 });
    expect(second).toMatchObject({ ...from, demote: 3 });
    expect(first?.counter).not.toBe(second?.counter);
    expect((await puppet.snapshot()).pulse.adverts?.["left/42"]?.sent).toBe(2);
  });
});

test("Adverts.send() speaks from a given source, to a given group, to everybody's MAC", async () => {
  const other = { ...router, source: "192.0.2.9", multicast: "239.1.2.3", broadcast: true };
  await onACable([other], async ({ puppet, heard, order }) => {
    await puppet.input("interface", ({ state }) => state === "up");
    order({ ...advert, counter: "random" });
    await until("an advert", () => adverts(heard(), other).length === 1);
    expect(adverts(heard(), other)[0]?.from).toBe("192.0.2.9");
    const [frame] = heard().filter((one) => dissect(one).ok);
    expect([...(frame ?? []).slice(0, 6)]).toEqual([255, 255, 255, 255, 255, 255]);
  });
});

test("Adverts.send() tells of failures, and of the three good ones after them", async () => {
  await onACable([router], async ({ puppet, order }) => {
    await puppet.input("interface", ({ state }) => state === "up");
    ip("link set left down");
    await puppet.input("interface", ({ state }) => state === "down");
    order({ ...advert, counter: "random" });
    expect(await puppet.input("advert-sent")).toMatchObject({ router: "left/42", ok: false });
    ip("link set left up");
    await puppet.input("interface", ({ state }) => state === "up");
    for (let good = 1; good <= 4; good += 1) order({ ...advert, counter: "random" });
    for (let good = 1; good <= 3; good += 1) {
      expect((await puppet.input("advert-sent")).ok).toBe(true);
    }
    await puppet.snapshot();
    expect(puppet.told.some(({ input }) => input.on === "advert-sent")).toBe(false);
  });
});

test("Adverts tell the core how an interface is, and its first address that is not shared", async () => {
  const track = [{ kind: "interface", device: "right" } as const];
  await onACable(
    [{ ...router, track }],
    async ({ puppet }) => {
      const first = await puppet.input("interface", ({ device }) => device === "left");
      expect(first).toEqual({ on: "interface", device: "left", state: "up" });
      expect((await puppet.input("interface", ({ device }) => device === "right")).state).toBe(
        "up",
      );
      ip("addr add 10.9.0.252/24 dev left");
      ip("addr add 10.9.0.7/24 dev left");
      const named = await puppet.input("interface", ({ address }) => address !== undefined);
      expect(named.address).toBe("10.9.0.7");
      ip("link set right down");
      // Which of the two ends the kernel tells of first is its own business.
      const told = (device: string, state: string) =>
        puppet.told.some(({ input }) => {
          return input.on === "interface" && input.device === device && input.state === state;
        });
      await until("both ends", () => told("right", "down") && told("left", "no-carrier"));
      ip("link del left");
      await puppet.input("interface", ({ device, state }) => device === "left" && state === "gone");
      cable();
      ip("addr add 10.9.0.8/24 dev left");
      await puppet.input(
        "interface",
        ({ address, state }) => address === "10.9.0.8" && state === "up",
      );
    },
    "",
  );
});

test("Adverts hear again on an interface that was made anew", async () => {
  await onACable([router], async ({ puppet }) => {
    await puppet.input("interface", ({ state }) => state === "up");
    ip("link del left");
    await puppet.input("interface", ({ state }) => state === "gone");
    cable();
    await puppet.input("interface", ({ state }) => state === "up");
    const fd = socket(AF_PACKET, SOCK_RAW, 0);
    const [frame] = new Voice(router).frames(said, theirs, 1);
    const to = sockaddrLl({ protocol: 0, index: interfaceIndex("right") ?? 0 });
    sendTo(fd, frame ?? new Uint8Array(0), to, "right");
    close(fd);
    expect((await puppet.input("advert")).router).toBe("left/42");
  });
});

test("Adverts give good packets to the core, and only count hostile ones", async () => {
  const second = { ...router, name: "left/43", vhid: 43 };
  await onACable([router, second], async ({ puppet, send }) => {
    await puppet.input("interface", ({ state }) => state === "up");
    const [good = new Uint8Array(0)] = new Voice(router).frames(said, theirs, 1);
    const alter = (at: number, value: number) => good.with(at, value);
    const [foreign = good] = new Voice({ ...router, vhid: 44 }).frames(said, theirs, 1);
    const [wrong = good] = new Voice({ ...router, password: "hate" }).frames(said, theirs, 1);
    const [own = good] = new Voice(router).frames(said, ours, 1);
    const [group = good] = new Voice({ ...router, multicast: "224.0.0.19" }).frames(
      said,
      theirs,
      1,
    );
    // The group's own MAC is not joined: a veth takes all the same.
    const bad = [
      alter(22, 64),
      alter(34, 0x31),
      good.slice(0, 50),
      alter(50, 1),
      wrong,
      own,
      group,
    ];
    for (const frame of [...bad, foreign, alter(24, 0)]) send(frame);
    send(good);
    const { input } = { input: await puppet.input("advert") };
    expect(input.router).toBe("left/42");
    expect(input.advert).toMatchObject({ from: "10.9.0.2", counter: "7", advskew: 0 });
    const views = (await puppet.snapshot()).pulse.adverts;
    expect(views?.["left/42"]).toEqual({
      sent: 0,
      received: 1,
      rejected: {
        ttl: 1,
        version: 1,
        size: 1,
        vhid: 1,
        checksum: 1,
        digest: 1,
        own: 1,
        destination: 1,
        "header-checksum": 1,
      },
    });
    expect(views?.["left/43"]).toMatchObject({ received: 0 });
    expect(puppet.told.some(({ input: one }) => one.on === "advert")).toBe(false);
    await puppet.log(/Bad TTL: \[64\]/);
    await puppet.log(/Bad digest - md2=\[/);
  });
});

test("Adverts.announce() sends ucarp's form once, also for an address that nobody holds", async () => {
  await onACable([router], async ({ puppet, heard, order }) => {
    await puppet.input("interface", ({ state }) => state === "up");
    order({ do: "announce", words: ["left/42"] });
    const arps = () =>
      heard().filter((frame) => arpClaim(frame)?.address.join(".") === "10.9.0.252");
    await until("an announcement", () => arps().length > 0);
    order({ ...advert, counter: "random" });
    await until("an advert", () => adverts(heard()).length > 0);
    expect(arps().map((frame) => Buffer.from(frame).toString("hex"))).toEqual([
      "ffffffffffff020000000001080600010800060400010200000000010a0900fc0200000000010a0900fc",
    ]);
  });
});

test("Adverts of a router with IPv6 addresses leave in both families, from the link-local one", async () => {
  const both: RouterConfig = {
    ...router,
    addresses: [...router.addresses, { family: 6, address: "fd09::252" }],
  };
  await onACable([both], async ({ puppet, heard, order, send }) => {
    ip("addr add fe80::9/64 dev left nodad");
    await puppet.input("interface", ({ state }) => state === "up");
    await until("both families", () => {
      order({ ...advert, counter: "random" });
      return new Set(adverts(heard(), both).map(({ family }) => family)).size === 2;
    });
    const six = adverts(heard(), both).find(({ family }) => family === 6);
    expect(six?.from).toStartWith("fe80::");
    const there = { ...theirs, source6: Uint8Array.of(0xfe, 0x80, ...new Uint8Array(13), 2) };
    const frames = new Voice(both).frames(said, there, 1);
    expect(frames.length).toBe(2);
    for (const frame of frames) send(frame);
    await puppet.input("advert", (one) => one.advert.family === 4);
    expect((await puppet.input("advert", (one) => one.advert.family === 6)).advert.from).toBe(
      "fe80::2",
    );
  });
});

test("Adverts to a peer leave by the kernel's own way, and the group is not heard then", async () => {
  const pair: RouterConfig = { ...router, peers: ["10.9.0.2"] };
  await onACable([pair], async ({ puppet, heard, order, send }) => {
    await puppet.input("interface", ({ state }) => state === "up");
    ip("neigh add 10.9.0.2 lladdr 02:00:00:00:00:02 dev left");
    order({ ...advert, counter: "random" });
    const direct = () => heard().filter((frame) => frame[5] === 2 && dissect(frame).ok);
    await until("an advert to the peer", () => direct().length === 1);
    const [frame = new Uint8Array(0)] = direct();
    const dissected = dissect(frame);
    if (!dissected.ok) throw new Error(dissected.reason);
    const peer = new Ear({ ...pair, peers: ["10.9.0.1"] });
    expect(peer.judge(dissected.packet, theirs)).toMatchObject({ ok: true });
    const [group = frame] = new Voice(router).frames(said, theirs, 1);
    send(group);
    await until("a rejection", () => puppet.logs.some((line) => line.includes("224.0.0.18")));
    expect((await puppet.snapshot()).pulse.adverts?.["left/42"]?.rejected).toEqual({
      destination: 1,
    });
  });
});

test("Adverts.reconfigure() keeps the counters of a router, and hears what is new", async () => {
  await onACable([router], async ({ puppet, send, order }) => {
    await puppet.input("interface", ({ state }) => state === "up");
    const say = (config: RouterConfig) => {
      const [frame = new Uint8Array(0)] = new Voice(config).frames(said, theirs, 1);
      send(frame);
    };
    say(router);
    await puppet.input("advert");
    const second: RouterConfig = { ...router, name: "left/43", vhid: 43, multicast: "224.0.0.19" };
    const routers = [{ ...router, advskew: 5 }, second];
    order({ do: "reconfigure", config: { ...puppetConfig, routers } });
    await puppet.input("interface", ({ state }) => state === "up");
    say(second);
    expect((await puppet.input("advert")).router).toBe("left/43");
    say(router);
    expect((await puppet.input("advert")).router).toBe("left/42");
    const views = (await puppet.snapshot()).pulse.adverts;
    expect([views?.["left/42"]?.received, views?.["left/43"]?.received]).toEqual([2, 1]);
    expect(ip("maddr show dev left")).toContain("224.0.0.19");
    order({ do: "reconfigure", config: { ...puppetConfig, routers: [] } });
    await until("no group is joined", () => !/224\.0\.0\.1[89]/.test(ip("maddr show dev left")));
  });
});

test("the addresses of a router are announced in a burst, and then only when its core says so", async () => {
  const word = "left/42 10.9.0.252";
  const resource = {
    kind: "address",
    word,
    agent: "IPaddr2",
    family: 4,
    address: "10.9.0.252",
    device: "left",
    router: "left/42",
  } as const;
  const config = { announceIntervalMs: 50 };
  await onACable(
    [router],
    async ({ puppet, heard, order }) => {
      const isOurs = (frame: Uint8Array) => arpClaim(frame)?.address.join(".") === resource.address;
      const claims = () => heard().filter(isOurs).length;
      order({ do: "hold", job: 1, resources: [resource] });
      expect((await puppet.input("result")).ok).toBe(true);
      await until("the burst", () => claims() >= 10);
      await Bun.sleep(300);
      expect(claims()).toBe(10);
    },
    undefined,
    config,
  );
}, 60_000);
