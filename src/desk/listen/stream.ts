// The other end of a wish to listen: how `hb listen` hears the agent.

import { connect } from "node:net";
import { type Refusal, refusalOf } from "../client.ts";
import { isRecord } from "../record.ts";
import { type News, parseAnswer } from "../request.ts";
import type { ListenWish } from "./wish.ts";

/** Longer lines are not an agent's. */
const lineBytesMax = 4 * 1024 * 1024;

export type StreamEnd =
  /** The agent ended, or closed the connection. */
  | { readonly kind: "closed" }
  /** It said no. */
  | { readonly kind: "refused"; readonly text: string }
  | Refusal;

/** Tells what the agent tells until it ends or `stop` resolves. Never rejects. */
export function listenTo(
  path: string,
  wish: ListenWish,
  hear: (news: News) => void,
  stop: Promise<void>,
): Promise<StreamEnd> {
  const { promise, resolve } = Promise.withResolvers<StreamEnd>();
  const socket = connect(path);
  const end = (how: StreamEnd) => {
    socket.destroy();
    resolve(how);
  };
  stop.then(() => end({ kind: "closed" }));
  socket.setEncoding("utf8");
  socket.on("connect", () => socket.write(`${JSON.stringify(wish)}\n`));
  socket.on("error", (error) => end(refusalOf(error)));
  socket.on("close", () => end({ kind: "closed" }));
  let part = "";
  socket.on("data", (text: string) => {
    const lines = (part + text).split("\n");
    part = lines.pop() ?? "";
    if (part.length > lineBytesMax) end({ kind: "silent", reason: "what it said is no answer" });
    for (const line of lines) {
      const news = newsIn(line);
      const answer = news === undefined ? parseAnswer(line) : undefined;
      if (news !== undefined) hear(news);
      else if (answer?.say === "done" && !answer.ok) end({ kind: "refused", text: answer.text });
    }
  });
  return promise;
}

/** What happened, in a line of the agent's own; undefined when it tells something else. */
function newsIn(line: string): News | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return isRecord(value) && value.say === "event" ? (value as News) : undefined;
  } catch {
    return undefined;
  }
}
