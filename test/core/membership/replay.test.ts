// Bob of every capture of two real Heartbeat nodes speaks to our alice: nothing may be lost, refused or
// denied that was not lost on the real wire as well.

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { after, at, type Instant } from "../../../src/core/instant.ts";
import { Membership } from "../../../src/core/membership/membership.ts";
import { type Message, textOf } from "../../../src/wire/message.ts";
import { open } from "../../../src/wire/packet.ts";
import { captures, GOLDEN, keyringOf, readCapture } from "../../wire/capture.ts";
import { boot, config, logs, news, sentOf } from "./scene.ts";

const PAIRS = /^(core-|handover-|legacy-|msgfmt-|partition-|startfail-|stonith-|clients-|ping-)/;

interface Heard {
  readonly when: Instant;
  readonly message: Message;
}

/** Bob's messages in a capture, with the moments at which they arrived. */
function bobOf(path: string): Heard[] {
  const keyring = keyringOf(path.replace(/\/.*/, ""));
  return readCapture(join(GOLDEN, path)).flatMap(({ timeMs, way, bytes }): Heard[] => {
    if (way !== "udp") return [];
    const opened = open(bytes, keyring);
    if (!opened.ok || textOf(opened.message, "src") !== "bob") return [];
    return [{ when: at(timeMs), message: opened.message }];
  });
}

describe("Membership.heard()", () => {
  const withBob = captures((path) => PAIRS.test(path)).filter((path) => bobOf(path).length > 0);
  test.each(withBob)("follows bob of %s", (path) => {
    const heard = bobOf(path);
    const alice = new Membership(config("alice"), boot("alice"), at(0));
    alice.start(at(0));
    const lines: string[] = [];
    const kept: number[] = [];
    for (const { when, message } of heard) {
      lines.push(...logs(alice.expire(when).effects));
      const outcome = alice.heard("eth0", message, when);
      lines.push(...logs(outcome.effects));
      expect(news(outcome.events).filter((event) => event.endsWith("alice"))).toEqual([]);
      kept.push(...sequenced(message));
    }
    expect(lines.filter(isRefusal)).toEqual([]);
    expect(missingWithoutCause(alice, kept)).toEqual([]);
  });

  test("sees bob of 02-steady active, and dead when he says no more", () => {
    const events = story("core-crc-bcast/02-steady.txt", 6000);
    expect(events).toEqual(["up bob", "active bob", "dead bob", "comm-up"]);
  });

  test("has enough captures with bob in them", () => {
    expect(withBob.length).toBeGreaterThan(40);
  });

  test("sees bob of 08-shutdown give up before he goes", () => {
    const events = story("core-crc-bcast/08-shutdown.txt", 6000);
    expect(events).toContain("left bob");
    expect(events.at(-1)).toBe("dead bob");
    expect(events.indexOf("message bob resource")).toBeLessThan(events.indexOf("left bob"));
  });

  test("sees bob of 23-quick-restart come back without a death", () => {
    const events = story("handover-md5-bcast/23-quick-restart.txt", 0);
    expect(events.filter((event) => !event.startsWith("message"))).toEqual([
      "up bob",
      "active bob",
      "restarted bob",
      "active bob",
    ]);
  });

  test("answers the real bob's questions for the node list and for lost packets", () => {
    const alice = new Membership(config("alice"), boot("alice"), at(0));
    alice.start(at(0));
    const answers = bobOf("core-crc-bcast/01-startup.txt").flatMap(({ when, message }) => {
      alice.expire(when);
      return sentOf(alice.heard("eth0", message, when).effects, "repnodes");
    });
    expect(answers.map((answer) => textOf(answer, "nodelist"))).toContain("alice bob ");
  });
});

/** The events of a capture, and of `moreMs` of silence after it. */
function story(path: string, moreMs: number): string[] {
  const alice = new Membership(config("alice"), boot("alice"), at(0));
  alice.start(at(0));
  const events: string[] = [];
  let end = at(0);
  for (const { when, message } of bobOf(path)) {
    events.push(
      ...news(alice.expire(when).events),
      ...news(alice.heard("eth0", message, when).events),
    );
    end = when;
  }
  events.push(...news(alice.expire(after(end, moreMs)).events));
  return events;
}

function isRefusal(line: string): boolean {
  return /Replay|Unknown node|calls itself|has no |Irretrievably/.test(line);
}

function sequenced(message: Message): number[] {
  const seq = textOf(message, "seq");
  return seq === undefined ? [] : [Number.parseInt(seq, 16)];
}

/** Numbers that bob sent but alice asks for when her requests are due. */
function missingWithoutCause(alice: Membership, kept: readonly number[]): number[] {
  const due = alice.deadline() ?? at(0);
  const asked = sentOf(alice.expire(after(due, 300)).effects, "NS_rexmit");
  const numbers = asked.map((message) => Number(textOf(message, "firstseq")));
  return numbers.filter((seq) => kept.includes(seq));
}
