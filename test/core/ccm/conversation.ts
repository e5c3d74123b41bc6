// A recorded conversation of the real `ccm` with its daemon, played to the machine: what the daemon said is
// heard, what the real one said is expected.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Ccm } from "../../../src/core/ccm/ccm.ts";
import type { CcmEffect } from "../../../src/core/ccm/effect.ts";
import { at } from "../../../src/core/instant.ts";
import { encodeLines } from "../../../src/wire/classic.ts";
import { decodeBody } from "../../../src/wire/ipc/body.ts";
import { type Message, textOf } from "../../../src/wire/message.ts";

export interface Frame {
  readonly number: number;
  readonly atMs: number;
  readonly from: "client" | "server";
  readonly message: Message;
}

function capture(name: string): string {
  const golden = join(import.meta.dir, "../../golden/heartbeat-api");
  return readFileSync(join(golden, `${name}.txt`), "latin1");
}

/** What the daemon and its client said to each other. */
export function framesOf(name: string): Frame[] {
  const [, part = ""] = capture(name).split(/^== connection /m);
  const pattern = /^\[(\d+)\] \+([\d.]+) ([CS])>[CS] .*\nhex ([0-9a-f]+)$/gm;
  return [...part.matchAll(pattern)].flatMap(([, number, seconds, from, hex = ""]) => {
    // Behind the frame's header.
    const message = decodeBody(Uint8Array.fromHex(hex).subarray(8));
    if (message === undefined) return [];
    const atMs = Math.round(Number(seconds) * 1000);
    return [{ number: Number(number), atMs, from: from === "C" ? "client" : "server", message }];
  });
}

function isCcm(message: Message): boolean {
  return textOf(message, "t")?.startsWith("CCM_TYPE_") ?? false;
}

/** What the real one said to other nodes, each as lines. */
export function saidIn(frames: readonly Frame[]): string[] {
  return frames
    .filter(({ from, message }) => from === "client" && isCcm(message))
    .map(({ message }) => encodeLines(message.fields));
}

/** The cookies that the real one made, in order. */
export function cookiesIn(frames: readonly Frame[]): string[] {
  const made = new Set<string>();
  for (const { from, message } of frames) {
    if (from !== "client" || !isCcm(message)) continue;
    const invites = textOf(message, "t") === "CCM_TYPE_PROTOVERSION_RESP";
    const cookie = textOf(message, invites ? "ccmcookie" : "ccmnewcookie");
    if (cookie !== undefined) made.add(cookie);
  }
  return [...made];
}

/** Lets the machine live through what the daemon said, times included. */
export function play(ccm: Ccm, frames: readonly Frame[]): CcmEffect[] {
  const effects: CcmEffect[] = [];
  let begun = false;
  for (const { atMs, from, message } of frames) {
    if (!begun && !isCcm(message)) continue;
    if (!begun) effects.push(...ccm.start(at(atMs)));
    begun = true;
    effects.push(...passed(ccm, atMs));
    if (from === "server") effects.push(...pushed(ccm, message, atMs));
  }
  return effects;
}

/** Everything that is due before this moment. */
function passed(ccm: Ccm, atMs: number): CcmEffect[] {
  const effects: CcmEffect[] = [];
  for (;;) {
    const deadline = ccm.deadline();
    if (deadline === undefined || deadline >= atMs) return effects;
    effects.push(...ccm.expire(deadline));
  }
}

function pushed(ccm: Ccm, message: Message, atMs: number): CcmEffect[] {
  const src = textOf(message, "src") ?? "";
  const st = textOf(message, "st");
  switch (textOf(message, "t")) {
    case "status":
      return ccm.node(src, st === "dead" ? "dead" : "live", at(atMs));
    case "hbapi-clstat":
      return ccm.client(src, st === "leave" ? "leave" : "join", at(atMs));
    default:
      return ccm.heard(message, at(atMs));
  }
}

/** What was said among these effects, each as lines. */
export function said(effects: readonly CcmEffect[]): string[] {
  return effects.flatMap((each) => (each.do === "send" ? [encodeLines(each.message.fields)] : []));
}

/** What clients are told by these effects, in the captures' words. */
export function told(effects: readonly CcmEffect[]): string[] {
  return effects.flatMap((each) => {
    if (each.do === "influx") return ["INFLUX"];
    if (each.do === "evicted") return ["EVICTED"];
    if (each.do !== "membership") return [];
    const { transition, members, quorate } = each.membership;
    const list = members.map(({ index, bornon }) => `{index=${index},bornon=${bornon}}`);
    const numbers = `n=${members.length} trans=${transition} quorum=${quorate ? 1 : 0}`;
    return [`NEW_MEMBERSHIP ${numbers} ${list.join(" ")}`];
  });
}

/** What the real one told a client. */
export function toldIn(name: string): string[] {
  const pattern = /^ {2}\| ((?:NEW_MEMBERSHIP|INFLUX|EVICTED).*)$/gm;
  return [...capture(name).matchAll(pattern)].map((match) => match[1] ?? "");
}
