// When two nodes count as having told each other how things stand: shown packet by packet.

import { expect, test } from "bun:test";
import type { Sight } from "../../../src/sim/sight.ts";
import { type Message, text } from "../../../src/wire/message.ts";
import { type Spec, shapeOf } from "../plainshape.ts";
import { Contact } from "./contact.ts";
import { Picture } from "./picture.ts";
import { Post } from "./post.ts";

const spec: Spec = { nodes: ["alice", "bob"], groups: [["alice", "httpd"]] };

test("Contact.since() is when the fourth bulletin in turn has come", () => {
  const { contact, says } = met();
  for (const [n, node] of ["alice", "bob", "alice", "bob"].entries()) {
    expect(contact.since("alice", "bob", 1_000 + n)).toBeUndefined();
    says(node, 1_000 + n)(1_000 + n);
  }
  expect(contact.since("bob", "alice", 1_004)).toBe(1_003);
});

test("Contact.since() does not count as an answer what was sent in the same moment, but before", () => {
  const { contact, says } = met();
  const bobs = says("bob", 1_000);
  says("alice", 1_000)(1_000);
  bobs(1_001);
  says("alice", 1_002)(1_002);
  says("bob", 1_003)(1_003);
  expect(contact.since("alice", "bob", 1_004)).toBeUndefined();
  says("alice", 1_004)(1_004);
  says("bob", 1_005)(1_005);
  expect(contact.since("alice", "bob", 1_005)).toBe(1_005);
});

/** Both run; `says` sends a bulletin, and what it returns has the other one hear it. */
function met() {
  const picture = new Picture(shapeOf(spec));
  const post = new Post();
  const contact = new Contact(picture, post);
  const see = (sight: Sight, now: number) => {
    for (const each of [picture, post, contact]) each.see(sight, now);
  };
  for (const node of spec.nodes) {
    see({ saw: "process", node, process: "desk", alive: true }, 0);
    see({ saw: "process", node, process: "pulse", alive: true }, 0);
  }
  let seq = 0;
  const says = (from: string, sentAt: number) => {
    seq += 1;
    const message: Message = text({ t: "hb_groups", src: from, hg: "1", seq: seq.toString(16) });
    const sent = { link: "eth0", message };
    see({ saw: "sent", node: from, ...sent }, sentAt);
    const node = from === "alice" ? "bob" : "alice";
    return (at: number) => see({ saw: "heard", node, from, ...sent }, at);
  };
  return { contact, says };
}
