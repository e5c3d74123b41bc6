// What the desk reads while it runs: requests on the control socket, messages on the FIFO, words of scripts,
// packets of the pulse.

import { FrameReader, frames, valueBytesMax } from "../../../src/core/frame.ts";
import { Splitter } from "../../../src/desk/fifo.ts";
import { heartbeatLine, humanLine, journalLine, syslogPacket } from "../../../src/desk/line.ts";
import { orderOf } from "../../../src/desk/order.ts";
import {
  commandOf,
  parseAnswer,
  parseRequest,
  requestBytesMax,
} from "../../../src/desk/request.ts";
import { parseSettings } from "../../../src/desk/script.ts";
import { saysRunning, verdictOf } from "../../../src/desk/verdict.ts";
import { bytesToText } from "../../../src/wire/bytes.ts";
import { decodeClassic } from "../../../src/wire/classic.ts";
import { gist } from "../minimise.ts";
import { pieces } from "./choice.ts";
import { messageTokens } from "./envelope.ts";
import { latin1 } from "./sample.ts";
import { must, mustEqual, type Target } from "./target.ts";

const jsonTokens = [
  "{",
  "}",
  "[",
  "]",
  ",",
  ":",
  '"',
  "null",
  "true",
  "false",
  "\\u0000",
  "\\",
  "1e999",
  "-0",
  '"__proto__":',
];

/** One line of the control socket. */
export const request: Target = {
  name: "request",
  covers: "desk/request",
  corpus: () =>
    latin1(
      '{"ask":"status"}',
      '{"ask":"standby","set":"local","wait":false}',
      '{"ask":"takeover"}',
      '{"ask":"leave"}',
      '{"ask":"yield","router":"eth0/42"}',
      '{"ask":"addnode","nodes":["carol","dave"]}',
      '{"ask":"listen","topics":["nodes","groups"],"channels":["deploy"]}',
      '{"ask":"send","channel":"deploy","to":"bob","fields":{"text":"x"}}',
      '{"ask":"ppp","event":"up","tty":"/dev/ttyS0","pid":123,"line":{"device":"ppp0","local":"10.0.0.1","remote":"10.0.0.2"}}',
    ),
  tokens: [
    ...jsonTokens,
    ...'"ask": "status" "standby" "takeover" "set": "all" "foreign" "wait": "yield" "router": "addnode" "nodes": "listen" "topics": "groups" "channels": "send" "channel": "to": "fields": "ppp"'.split(
      " ",
    ),
    ...'"event": "down" "tty": "pid": "line": "device": "local": "remote": "/dev/ttyS0"'.split(" "),
  ],
  bytesMax: requestBytesMax,
  run(input) {
    const read = parseRequest(Buffer.from(input).toString("utf8"));
    if (read === undefined) return "none";
    mustEqual(parseRequest(JSON.stringify(read)), read, "a request is read as it was written");
    const command = commandOf(read);
    mustEqual(
      travelled(command ?? null),
      command ?? null,
      "a command travels to the pulse as it is",
    );
    return `${read.ask} ${command?.name}`;
  },
};

/** What an agent answers. */
export const answer: Target = {
  name: "answer",
  covers: "desk/request parseAnswer()",
  corpus: () =>
    latin1(
      '{"say":"progress","text":"waiting"}',
      '{"say":"done","ok":true,"text":"","snapshot":{"version":1}}',
      '{"say":"done","ok":false,"text":"no"}',
    ),
  tokens: [...jsonTokens, '"say":', '"progress"', '"done"', '"ok":', '"text":', '"snapshot":'],
  bytesMax: 64 * 1024,
  run(input) {
    const read = parseAnswer(Buffer.from(input).toString("utf8"));
    if (read === undefined) return "none";
    must(typeof read.text === "string", "an answer has a text");
    mustEqual(parseAnswer(JSON.stringify(read))?.say, read.say, "an answer is read as written");
    return read.say;
  },
};

/** What a script, a peer or pppd said, on its way into a log. */
export const logLine: Target = {
  name: "log-line",
  covers: "desk/line",
  corpus: () =>
    latin1("httpd\0started", "a\0b\n2026-01-01 error forged\x1b[2J", "x y\0\xc2\x9b2J\t"),
  tokens: ["\0", "\n", "\r", "\x1b[", "\xc2\x9b", "\xe2\x80\xa8", "\x7f", "\t", "<3>"],
  bytesMax: 64 * 1024,
  run(input) {
    const [topic = "", text = ""] = Buffer.from(input).toString("utf8").split("\0", 2);
    const line = { at: new Date(0), level: "warn", topic, text } as const;
    const ended = [humanLine(line, false), journalLine(line), heartbeatLine(line)];
    for (const said of [
      ...ended.map((each) => each.slice(0, -1)),
      syslogPacket(line, "daemon") ?? "",
    ]) {
      must(!/\p{Cc}/u.test(said), "a line in a log has no control characters");
    }
    must(
      ended.every((each) => each.endsWith("\n")),
      "a line in a log ends",
    );
    return `${topic === ""} ${/\p{Cc}/u.test(text)}`;
  },
};

/** What comes out at the other end of the line between desk and pulse. */
function travelled(value: unknown): unknown {
  const reader = new FrameReader<unknown>();
  let last: unknown;
  for (const packet of frames(value)) last = reader.push(packet);
  return last;
}

/** The first byte says how long the pieces are in which it comes. */
export const fifo: Target = {
  name: "fifo",
  covers: "desk/fifo Splitter, desk/order",
  corpus: () =>
    latin1(
      "\x10>>>\nt=ask_resources\ninfo=me\nrsc_hold=local\n<<<\n>>>\nt=hb_takeover\nrsc_hold=failback\n<<<\n",
      "\x05>>>\nt=addnode\nnodelist=carol, dave\n<<<\nnoise\n>>>\nt=setweight\nnode=bob\nweight=5\n<<<\r\n",
      "\xff>>>\nt=setsite\nnode=bob\nsite=east\n<<<\n>>>\nt=custom\nx=y\n<<<\n>>>\nt=",
    ),
  tokens: [
    ...messageTokens,
    "t=",
    "info=me\n",
    "rsc_hold=",
    "nodelist=",
    "weight=",
    "node=",
    "site=",
    "delnode",
    "<<<\n",
  ],
  bytesMax: 128 * 1024,
  run(input) {
    const text = bytesToText(input.subarray(1));
    // A long text comes in pieces of a pipe, not letter by letter.
    const least = text.length > 4_096 ? 512 : 1;
    const { heard, lost } = heardIn(text, least + (input[0] ?? 0) * 16);
    must(heard.join("").length <= text.length, "no more is heard than was said");
    // What is too long is dropped when it is seen to be, which depends on the pieces.
    if (text.length < 16_384) {
      mustEqual(heardIn(text, text.length + 1).heard, heard, "the pieces change nothing");
    }
    const kinds = new Set<string>();
    for (const message of heard.slice(0, 50)) {
      const decoded = decodeClassic(message);
      const order = decoded && orderOf(decoded);
      if (order === undefined) kinds.add(decoded === undefined ? "no message" : "for all");
      else if ("command" in order) {
        mustEqual(
          travelled(order.command),
          order.command,
          "a command travels to the pulse as it is",
        );
        kinds.add(order.command.name);
      } else kinds.add(gist(order.refused).slice(0, 20));
    }
    return `${lost > 0} ${[...kinds].sort().join(" ")}`;
  },
};

function heardIn(text: string, step: number): { readonly heard: string[]; readonly lost: number } {
  const heard: string[] = [];
  let lost = 0;
  const splitter = new Splitter(
    (message) => heard.push(message),
    () => lost++,
  );
  for (let at = 0; at < text.length; at += step) splitter.push(text.slice(at, at + step));
  return { heard, lost };
}

/** What a script wrote while it was asked for its status. */
export const status: Target = {
  name: "status",
  covers: "desk/verdict",
  corpus: () =>
    latin1(
      "running\n",
      "not running\n",
      "httpd is OK\n",
      "NoT a bit\nRunning",
      "stopped",
      "Nothing OK",
    ),
  tokens: ["not ", "NOT ", "running", "Running", "OK", "\n", "not", " "],
  bytesMax: 64 * 1024,
  run(input) {
    const output = Buffer.from(input).toString("utf8");
    const says = saysRunning(output);
    const code = (input[0] ?? 0) % 12;
    const ocf = verdictOf("ocf", "status", { code, output });
    const unit = verdictOf("systemd", "status", { code, output });
    must(verdictOf("heartbeat", "status", { code, output }).ok === says, "words are the verdict");
    return `${says} ${ocf.ok} ${unit.ok}`;
  },
};

/** The settings of an OCF agent. */
export const agentSettings: Target = {
  name: "ocf-settings",
  covers: "desk/script parseSettings()",
  corpus: () =>
    latin1("ip=10.0.0.1\nexport OCF_RESKEY_nic='eth0' # x\nname=\"a b\"\n\n# y\nx= a #b\n"),
  tokens: ["export ", "=", "'", '"', " #", "\t", "    ", "OCF_RESKEY_", "\n", "\r", "__proto__="],
  bytesMax: 64 * 1024,
  run(input) {
    const found = Object.entries(parseSettings(Buffer.from(input).toString("utf8")));
    for (const [name, value] of found) {
      must(name.startsWith("OCF_"), "a setting is one of OCF");
      must(!value.includes("\n"), "a value is one line");
    }
    return String(Math.min(found.length, 8));
  },
};

/** Packets between desk and pulse. Both ends are hb: what does not parse throws, and only an Error. */
export const frame: Target = {
  name: "frame",
  covers: "core/frame",
  corpus: () =>
    latin1('\x0a.{"a":1}\x05+[1,2\x03.,3]', "\x01.\x02.1\x01x\x00", '\x03+"a\x03+bc\x03.d"'),
  tokens: [...jsonTokens, "+", ".", "\x01", "\x10"],
  bytesMax: valueBytesMax / 256,
  run(input) {
    const reader = new FrameReader<unknown>();
    const kinds = new Set<string>();
    for (const packet of pieces(input, (byte) => byte)) {
      try {
        const value = reader.push(packet);
        if (value === undefined) continue;
        // JSON reads "1e999" and cannot write what it read.
        const written: unknown = JSON.parse(JSON.stringify(value));
        mustEqual(travelled(value), written, "a value travels as JSON has it");
        kinds.add(typeof value);
      } catch (error) {
        if (!(error instanceof Error) || error.message.startsWith("Broken")) throw error;
        // The process would have ended here.
        return gist(error.message).slice(0, 30);
      }
    }
    return [...kinds].sort().join(" ");
  },
};
