// What the API answers to a request (heartbeat-api.md 5).

import { type Field, type Message, text } from "../../wire/message.ts";

/** The fields of one frame of an answer, in their order; behind them stands the result. */
export type Fields = readonly Field[] | Readonly<Record<string, string>>;

export type Answer =
  | { readonly kind: "said"; readonly frames: readonly Fields[] }
  | { readonly kind: "refused"; readonly info?: string }
  /** No frame, as for set_sendqlen, or one that comes from the cluster. */
  | { readonly kind: "silent" }
  | { readonly kind: "signoff" };

export const silent: Answer = { kind: "silent" };

/** What is wrong with most of what is. */
export const invalid: Answer = refused("EINVAL");

/** An answer in one frame, or in several. */
export function said(...frames: readonly Fields[]): Answer {
  return { kind: "said", frames };
}

export function refused(info?: string): Answer {
  return info === undefined ? { kind: "refused" } : { kind: "refused", info };
}

/** The messages of an answer to a request of this type. */
export function messagesOf(reqtype: string, answer: Answer): Message[] {
  switch (answer.kind) {
    case "said":
      return answer.frames.map((fields, index) => {
        const isLast = index === answer.frames.length - 1;
        return reply(reqtype, fields, { result: isLast ? "OK" : "ok/more" });
      });
    case "refused": {
      const info = answer.info === undefined ? {} : { info: answer.info };
      return [reply(reqtype, {}, { result: "badreq", ...info })];
    }
    case "silent":
    case "signoff":
      return [];
  }
}

function reply(reqtype: string, ...parts: readonly Fields[]): Message {
  const fields = [{ t: "hbapi-resp", reqtype }, ...parts].flatMap(fieldsOf);
  return { fields };
}

function fieldsOf(fields: Fields): readonly Field[] {
  return isList(fields) ? fields : text(fields).fields;
}

function isList(fields: Fields): fields is readonly Field[] {
  return Array.isArray(fields);
}
