// A run in words: one line for each thing that happens, with its second and its host.

import type { ConsensusNews } from "../../src/core/ccm/effect.ts";
import type { TimedAct } from "../../src/sim/act.ts";
import type { Shape } from "../../src/sim/shape.ts";
import type { Event } from "./kind.ts";

/** The line of an event; undefined for what only fills pages. */
export function lineOf(event: Event, nowMs: number, packets = false): string | undefined {
  const told = tell(event, packets);
  return told === undefined ? undefined : `${stamp(nowMs)}  ${told[0].padEnd(7)} ${told[1]}`;
}

function tell(event: Event, packets: boolean): readonly [string, string] | undefined {
  switch (event.saw) {
    case "act":
      return ["*", actText(event.act)];
    case "process":
      return [event.node, `${event.process} ${event.alive ? "runs" : "is gone"}`];
    case "frozen":
      return [event.node, event.frozen ? "stands still" : "goes on"];
    case "address":
    case "service":
      return [event.node, `${event.up ? "+" : "-"} ${event.word}`];
    case "announce":
      return [event.node, `announces ${event.words.join(" ")}`];
    case "script": {
      const end = event.ok === undefined ? "" : event.ok ? " well" : " badly";
      return [event.node, `${event.action} ${event.word} ${event.phase}${end}`];
    }
    case "asked":
      return [event.node, `is asked (${event.request}): ${event.what}`];
    case "answered":
      return [event.node, `answers (${event.request}) ${event.ok ? "yes" : "no"}: ${event.text}`];
    case "consensus":
      return [event.node, `tells its programs: ${consensusText(event.news)}`];
    case "log":
      return event.level === "debug" ? undefined : [event.node, `"${event.text}"`];
    case "breach":
      return [event.node, `BREACH of law ${event.law}: ${event.text}`];
    case "violation":
      return ["!", `LAW ${event.violation.law} IS BROKEN: ${event.violation.text}`];
    case "sent":
      return packets ? [event.node, `sends on ${event.link}: ${brief(event)}`] : undefined;
    case "heard": {
      if (!packets && event.touched === undefined) return undefined;
      const how = [event.touched, event.rejected].filter((word) => word !== undefined).join(", ");
      return [event.node, `hears ${event.from} on ${event.link}: ${brief(event)} ${how}`];
    }
    default:
      return undefined;
  }
}

function consensusText(news: ConsensusNews | undefined): string {
  if (news?.say !== "membership") return news?.say ?? "no membership any more";
  const { transition, cookie, members, quorate } = news;
  const names = members.map(({ name }) => name).join(" ");
  return `membership ${transition} (${cookie}): ${names}, ${quorate ? "quorum" : "no quorum"}`;
}

function brief({ message }: Extract<Event, { readonly saw: "sent" | "heard" }>): string {
  return message.fields
    .flatMap(({ name, type, value }) => (type === "string" ? `${name}=${value}` : []))
    .filter((field) => !/^(src|ts|ld|ttl|hg|protocol|hb)=/.test(field))
    .join(" ");
}

/** An act in the words that the code has for it. */
export function actText(act: TimedAct | Omit<TimedAct, "at">): string {
  const { act: verb, ...rest } = act as TimedAct;
  const parts = Object.entries(rest).flatMap(([name, value]) => {
    if (name === "at") return [];
    if (name === "config") return ["other files"];
    if (typeof value === "string") return [value];
    if (Array.isArray(value)) return [`${name} ${value.join(" ")}`];
    return [`${name} ${JSON.stringify(value)}`];
  });
  return [verb, ...parts].join(" ");
}

export function stamp(ms: number): string {
  return `${(ms / 1_000).toFixed(4).padStart(10)} s`;
}

/** What the hosts of a run are. */
export function shapeLines({ seed, hosts }: Shape): string[] {
  const [first] = hosts;
  if (first === undefined) return [];
  const { config } = first;
  const media = config.media.map((medium) =>
    "name" in medium ? `${medium.kind} ${medium.name}` : `${medium.kind} ${medium.device}`,
  );
  const { timing } = config;
  return [
    `seed ${seed}: ${hosts.map((host) => `${host.config.self} (${host.breed ?? "hb"})`).join(", ")}`,
    `keepalive ${timing.keepaliveMs} ms, deadtime ${timing.deadtimeMs} ms, initdead ` +
      `${timing.initdeadMs} ms, auto_failback ${config.autoFailback}, scripts have ` +
      `${config.resourceTimeoutMs} ms, on_stop_failure ${config.onStopFailure}`,
    `links: ${media.join(", ")}; ${config.msgfmt}; key ${config.keyring.keys[0]?.method ?? "none"}`,
    ...config.groups.map(
      ({ owner, resources }) => `group ${owner} ${resources.map(({ word }) => word).join(" ")}`,
    ),
  ];
}

export function actLines(acts: readonly TimedAct[]): string[] {
  return acts.map((act) => `${stamp(act.at)}  ${actText(act)}`);
}
