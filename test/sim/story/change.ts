// What a story says of a node's files, as changes to a plain configuration: the opening says it of all
// nodes or of some, a reload of one.
//
//   failback=off deadtime=5s    group alice 10.0.0.10 httpd    no group 10.0.0.10    link eth1 mcast
//   key 2 sha1 secret    sign with 2    no key 1

import type { ClusterConfig, Timing } from "../../../src/config/cluster.ts";
import type { Medium } from "../../../src/config/medium.ts";
import {
  policyUsual,
  quorumPolicies,
  quorumRules,
  quorumUsual,
} from "../../../src/config/quorum.ts";
import type { Resource } from "../../../src/config/resource.ts";
import type { Method } from "../../../src/wire/keyring.ts";
import { confused, msOf, wordsOf } from "./scene.ts";

/** Heartbeat's own, and slow enough to matter. */
const baud = 19_200;
const port = 694;

/** The configuration with one more line taken to heart. */
export function changed(config: ClusterConfig, line: string): ClusterConfig {
  const [verb = "", ...words] = wordsOf(line);
  switch (verb) {
    case "group":
      return withGroup(config, words);
    case "link":
      return { ...config, media: [...config.media, ...linkMedia(config, words)] };
    case "ring":
      return { ...config, serialRing: true, media: [...config.media, ...words.map(tty)] };
    case "cable":
      return { ...config, media: [...config.media, ...words.map(tty)] };
    case "key":
      return withKey(config, words);
    case "sign":
      return { ...config, keyring: { ...config.keyring, active: Number(words[1]) } };
    case "no":
      return without(config, line, words);
    default:
      return wordsOf(line).reduce((known, word) => withOption(known, word), config);
  }
}

function withGroup(
  config: ClusterConfig,
  [owner = "", ...words]: readonly string[],
): ClusterConfig {
  const group = { key: words[0] ?? "", owner, resources: words.map(resourceOf) };
  const known = config.groups.findIndex(({ key }) => key === group.key);
  if (known < 0) return { ...config, groups: [...config.groups, group] };
  return { ...config, groups: config.groups.with(known, group) };
}

function resourceOf(word: string): Resource {
  if (/^\d/.test(word)) {
    return { kind: "address", word, agent: "IPaddr2", family: 4, address: word, prefix: 24 };
  }
  return { kind: "script", word, style: "heartbeat", name: word, args: [] };
}

function linkMedia({ self, nodes }: ClusterConfig, [device = "", kind = ""]: string[]): Medium[] {
  switch (kind) {
    case "bcast":
      return [{ kind, device, port }];
    case "mcast":
      return [{ kind, device, port, group: "225.0.0.1", ttl: 1, loop: false }];
    case "ucast":
      return nodes.filter((peer) => peer !== self).map((peer) => ({ kind, device, peer, port }));
    default:
      throw confused(`link ${device} ${kind}`);
  }
}

function tty(name: string): Medium {
  return { kind: "serial", device: `/dev/${name}`, baud, flow: "rtscts" };
}

function withKey(config: ClusterConfig, [number = "", method, key = ""]: string[]): ClusterConfig {
  const { active, keys } = config.keyring;
  const added = { number: Number(number), method: method as Method, key };
  const others = keys.filter((known) => known.number !== added.number);
  return { ...config, keyring: { active, keys: [...others, added] } };
}

function without(config: ClusterConfig, line: string, [what, name]: string[]): ClusterConfig {
  const { groups, media, keyring } = config;
  switch (what) {
    case "group":
      return { ...config, groups: groups.filter(({ key }) => key !== name) };
    case "link":
      return { ...config, media: media.filter((one) => !("device" in one) || one.device !== name) };
    case "key": {
      const keys = keyring.keys.filter(({ number }) => number !== Number(name));
      return { ...config, keyring: { ...keyring, keys } };
    }
    default:
      throw confused(line);
  }
}

function withOption(config: ClusterConfig, word: string): ClusterConfig {
  const [name = "", value = ""] = word.split("=");
  const timed = (timing: Partial<Timing>) => ({
    ...config,
    timing: { ...config.timing, ...timing },
  });
  switch (name) {
    case "failback":
      if (value !== "on" && value !== "off" && value !== "legacy") throw confused(word);
      return { ...config, autoFailback: value };
    case "keepalive":
      return timed({ keepaliveMs: msOf(value) });
    case "deadtime":
      return timed({
        deadtimeMs: msOf(value),
        deadpingMs: msOf(value),
        warntimeMs: msOf(value) / 2,
        initdeadMs: 2 * msOf(value),
      });
    case "initdead":
      return timed({ initdeadMs: msOf(value) });
    case "timeout":
      return { ...config, resourceTimeoutMs: msOf(value) };
    case "stop":
      return { ...config, onStopFailure: value === "reboot" ? "reboot" : "ignore" };
    case "fence": {
      const { fencing: _, ...without } = config;
      return value === "off" ? without : { ...config, fencing: value };
    }
    case "lease":
      return { ...config, addressLease: value === "off" ? "off" : "auto" };
    case "msgfmt":
      return { ...config, msgfmt: value === "netstring" ? "netstring" : "classic" };
    case "quorum": {
      const { consensus: _, ...without } = config;
      if (value === "off") return without;
      const policy = policyUsual(config.nodes);
      return { ...config, consensus: { rules: quorumRules(value) ?? quorumUsual, policy } };
    }
    case "policy": {
      const policy = quorumPolicies.find((each) => each === value);
      if (policy === undefined) throw confused(word);
      return { ...config, consensus: { rules: quorumUsual, ...config.consensus, policy } };
    }
    case "ping": {
      const pings = value
        .split(",")
        .map((host) => ({ kind: "ping" as const, name: host, address: host }));
      return { ...config, media: [...config.media, ...pings] };
    }
    default:
      throw confused(word);
  }
}
