// What a local program may say at the door of the client API: a stream of frames, of which the first should be a
// sign-on (src/desk/api).

import { decodeBody, encodeBody } from "../../../src/wire/ipc/body.ts";
import { BODY_MAX, FrameReader, frame } from "../../../src/wire/ipc/frame.ts";
import { text, textOf } from "../../../src/wire/message.ts";
import { ApiHouse, normal, ping, root, signOn } from "../../desk/api/house.ts";
import { must, type Target } from "./target.ts";

const peer = { pid: 4711, ...root };
const haCf = "apiauth fuzz uid=root\n";
const nodes = [normal("apia"), normal("apib"), ping("10.0.0.9")];
const house = await ApiHouse.open({ haCf, nodes });

function stream(...requests: readonly Readonly<Record<string, string>>[]): Uint8Array {
  const bodies = requests.map((fields) => encodeBody(text({ t: "hbapi-req", ...fields })));
  return Buffer.concat([signOn("fuzz", peer), ...bodies].map(frame));
}

export const client: Target = {
  name: "client",
  covers: "desk/api, wire/ipc/body, wire/ipc/frame",
  corpus: () => [
    stream(
      { reqtype: "nodelist", from_id: "fuzz" },
      { reqtype: "iflist", pid: "4711", node: "apib" },
    ),
    stream(
      { reqtype: "setfilter", from_id: "fuzz", fmask: "1f" },
      { reqtype: "signoff", from_id: "fuzz" },
    ),
    stream({ reqtype: "clientstatus", from_id: "fuzz", node: "apib", cn: "ccm" }),
    stream({ t: "hello", to_id: "ccm", src: "apib", dest: "apia", client_gen: "9" }),
    stream({ t: "query-cstatus", cn: "fuzz", from_id: "ccm" }, { t: "ask_resources", info: "me" }),
    frame(signOn("4711", peer)),
    new Uint8Array(frame(new TextEncoder().encode("###\n9:(0)t=ping,%%%\n"))),
  ],
  tokens: [
    ..."numnodes nodestatus nodetype nodeweight nodesite ifstatus getparm getrsc getuuid getnodename".split(
      " ",
    ),
    ..."setsignal set_sendqlen signon hbapi-req hbapi-clstat respond-cstatus pname queryname sendqlen".split(
      " ",
    ),
    ..."\n<<<\n\0|>>>\nt=|\x13|(2)x=|(3)x=1:a,|(1)x=AA==|=|\xcd\xab\0\0".split("|"),
  ],
  bytesMax: 4_096,
  run(input) {
    const wire = house.connect(peer);
    const reader = new FrameReader();
    house.sent.length = 0;
    let frames = 0;
    for (const piece of [input.subarray(0, 50), input.subarray(50)]) {
      const bodies = reader.push(piece);
      if (bodies === undefined) break;
      for (const body of bodies) wire.say(body);
      frames += bodies.length;
      house.turn();
    }
    for (const body of wire.heard) {
      must(body.length <= BODY_MAX && decodeBody(body) !== undefined, "what is said can be read");
    }
    for (const message of house.sent) {
      const type = textOf(message, "t") ?? "";
      const isOwn = /^(hbapi-clstat|query-cstatus|respond-cstatus)$/.test(type);
      must(isOwn || textOf(message, "to_id") === "fuzz", "a client speaks to its namesakes alone");
    }
    const kind = `${frames} ${wire.heard.length} ${house.sent.length} ${wire.isOver}`;
    wire.hangUp();
    house.turn();
    must(house.processes.held === 0, "nobody is held who is gone");
    return kind;
  },
};
