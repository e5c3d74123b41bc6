// Carries out what happens to a made-up cluster from outside. An act that makes no sense at its moment
// does nothing.

import { text } from "../wire/message.ts";
import type { Act } from "./act.ts";
import type { Host } from "./host/host.ts";
import type { World } from "./world.ts";

/** A stranger on the same interface. */
const strangerMac = "02:00:00:00:00:99";
/** A stranger's packets follow each other this fast. */
const replayMs = 0.25;

export function perform(world: World, act: Act): void {
  switch (act.act) {
    case "cut":
      world.network.cut(act.from, act.to, act);
      return;
    case "heal":
      world.network.heal(act.link);
      if (act.link === undefined) for (const host of world.hosts) host.kernel.house();
      return;
    case "weather":
      world.network.weather(act.weather, act.link);
      return;
    default: {
      const host = world.find(act.node);
      if (host !== undefined) befall(host, act);
    }
  }
}

function befall(host: Host, act: Extract<Act, { readonly node: string }>): void {
  switch (act.act) {
    case "start":
    case "kill":
    case "crash":
    case "freeze":
    case "thaw":
      host[act.act]();
      return;
    case "kill-desk":
      host.killDesk();
      return;
    case "kill-pulse":
      host.killPulse();
      return;
    case "replay":
      replay(host, act.count, act.agoMs);
      return;
    case "clock":
      host.kernel.stepClock(act.stepMs);
      return;
    case "drift":
      host.kernel.drift(act.ppm);
      return;
    case "lose":
      host.disk.lose(act.file, act.how);
      return;
    case "disk":
      host.disk.isFull = act.full;
      return;
    case "script":
      host.scripts.tempers.set(act.word, act.temper);
      return;
    case "dies":
      host.scripts.die(act.word);
      return;
    case "command":
      host.command({ name: act.command, set: act.set });
      return;
    case "fifo":
      host.send(text(act.fields));
      return;
    case "listen":
      host.listen(act.filter);
      return;
    case "leave":
      host.leave();
      return;
    case "reload":
      if (act.config.self === host.name) host.reload(act.config);
      return;
    case "blind":
      host.world.network.blind.add(host.name);
      return;
    case "see":
      host.world.network.blind.delete(host.name);
      return;
    case "address-lost":
      lose(host, act.word, act.forGood === true);
      return;
    case "rival":
      if (host.pulse?.holds(act.word) !== true) return;
      host.pulse.give({ on: "rival", word: act.word, mac: strangerMac });
      return;
    case "carrier":
    case "device":
      host.kernel[act.act](act.device, act.up);
      host.pulse?.look();
      return;
    case "mute":
      host.isMute = act.on;
      return;
    case "check":
      host.check(act.ok);
      return;
    case "yield":
      host.command({ name: "yield" });
      return;
    case "breed":
      host.breed = act.breed;
  }
}

/** An address goes, again and again, so that putting it back is no way out; or its interface goes. */
function lose(host: Host, word: string, forGood: boolean): void {
  if (!host.kernel.has(word)) return;
  if (forGood) host.kernel.evict(word);
  else host.kernel.remove(word, "stranger");
  const reason = forGood ? "eth0 is gone" : "removed by somebody";
  host.pulse?.lost(word, reason, !forGood);
}

function replay(host: Host, count: number, agoMs: number): void {
  const { world } = host;
  const packets = host.recorder.before(world.now - agoMs, count);
  for (const [n, packet] of packets.entries()) {
    world.planApart(world.now + (n + 1) * replayMs, packet.again());
  }
}
