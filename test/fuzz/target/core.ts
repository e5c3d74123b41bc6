// Whole cores that hear authentic messages of members gone mad: what the keys do not keep out. No message
// stops the process, makes it answer without end, or breaks what its snapshot promises.

import { join } from "node:path";
import type { ClusterConfig } from "../../../src/config/cluster.ts";
import { Core } from "../../../src/core/core.ts";
import type { Effect } from "../../../src/core/effect.ts";
import type { Input } from "../../../src/core/input.ts";
import { after, at, type Instant } from "../../../src/core/instant.ts";
import { bytesToText, textToBytes } from "../../../src/wire/bytes.ts";
import { decodeClassic, encodeClassic } from "../../../src/wire/classic.ts";
import type { Field, Message } from "../../../src/wire/message.ts";
import { decodeNetstring } from "../../../src/wire/netstring.ts";
import { plainConfig } from "../../plainconfig.ts";
import { plainRouter } from "../../plainrouter.ts";
import { captures, GOLDEN, readCapture } from "../../wire/capture.ts";
import { latin1 } from "./sample.ts";
import { must, type Target } from "./target.ts";

/** One message makes so many effects at most: the first repairs of a window, and what groups do. */
const effectsMax = 400;
const stepsMax = 300;

const groups: ClusterConfig["groups"] = ["10.0.0.10", "10.0.0.11"].map((word, index) => ({
  key: word,
  owner: index === 0 ? "alice" : "bob",
  resources: [
    { kind: "address", word, agent: "IPaddr", family: 4, address: word },
    { kind: "script", word: `s${index}`, style: "heartbeat", name: `s${index}`, args: [] },
  ],
}));

const configs: readonly [ClusterConfig, ...ClusterConfig[]] = [
  { ...plainConfig, groups },
  { ...plainConfig, groups, autoFailback: "legacy" },
  { ...plainConfig, groups, nodes: ["alice", "bob", "carol"], autoFailback: "on" },
  { ...plainConfig, autojoin: "any", groups: [], managesResources: false },
  { ...plainConfig, groups, routers: [plainRouter] },
];

const boot = {
  generation: 5,
  bootUnixMs: 1.7e12,
  hostcache: [],
  delhostcache: [],
  uuid: "ab".repeat(16),
};
const view = { lateMs: { last: 0, p99: 0, worst: 0 }, packets: [], missing: [] };

/** A host around a core, whose jobs end in the step after the one that began them. */
class Stand {
  readonly #core: Core;
  #now: Instant = at(100_000);
  #seq = 0;
  readonly kinds = new Set<string>();

  constructor(config: ClusterConfig) {
    this.#core = new Core(config, boot, this.#now);
    this.step({ on: "start" });
  }

  /** A message in text form, or "~MS" for time that passes, or "!advbase advskew demote counter". */
  take(block: string): void {
    const ms = /^~(\d{1,6})/.exec(block)?.[1];
    const said = /^!(\d{1,3}) (\d{1,3}) (\d{1,3}) (\d{1,18})/.exec(block);
    if (ms !== undefined) this.#pass(Number(ms));
    else if (said !== null) this.#advert(said);
    else {
      const message = decodeClassic(`>>>\n${block}\n<<<\n`);
      if (message !== undefined)
        this.step({ on: "message", link: "eth0", message: this.#whole(message) });
    }
  }

  finish(): void {
    this.#pass(30_000);
    const snapshot = this.#core.snapshot(this.#now, view);
    must(JSON.stringify(snapshot).length < 200_000, "a snapshot stays small");
    const deadline = this.#core.deadline();
    must(deadline === undefined || Number.isFinite(deadline), "a deadline is a moment");
  }

  step(input: Input): void {
    const effects = this.#core.step(input, this.#now);
    must(effects.length <= effectsMax, `one input has at most ${effectsMax} effects`);
    for (const effect of effects) {
      this.kinds.add(effect.do);
      this.#answer(effect);
    }
  }

  #answer(effect: Effect): void {
    if (!("job" in effect)) return;
    const ok = effect.job % 7 !== 0;
    this.step({ on: "result", job: effect.job, ok, text: ok ? "" : "no", tookMs: 1 });
  }

  /** Alarms when they are due, but no more than so many. */
  #pass(ms: number): void {
    const until = after(this.#now, ms);
    for (let steps = 0; steps < stepsMax; steps++) {
      const deadline = this.#core.deadline();
      if (deadline === undefined || deadline > until) break;
      this.#now = at(Math.max(this.#now, deadline));
      this.step({ on: "alarm" });
    }
    this.#now = until;
  }

  #advert([, base, skew, demote, counter = "0"]: RegExpExecArray): void {
    const [advbase, advskew, demotion] = [base, skew, demote].map((each) => Number(each) & 255);
    this.step({
      on: "advert",
      router: plainRouter.name,
      advert: {
        family: 4,
        from: "10.77.0.9",
        mac: "02:00:00:00:00:09",
        advbase: advbase ?? 1,
        advskew: advskew ?? 0,
        demote: demotion ?? 0,
        counter: BigInt(counter),
      },
    });
  }

  /** With the header that every message has, where it has none of its own. */
  #whole({ fields }: Message): Message {
    this.#seq++;
    const header: Field[] = [
      { name: "src", type: "string", value: "bob" },
      { name: "srcuuid", type: "binary", value: new Uint8Array(16).fill(0xb0) },
      { name: "seq", type: "string", value: this.#seq.toString(16) },
      { name: "hg", type: "string", value: "5" },
      { name: "ts", type: "string", value: "6553f100" },
      { name: "ttl", type: "string", value: "3" },
    ];
    const missing = header.filter(({ name }) => fields.every((field) => field.name !== name));
    return { fields: [...fields, ...missing] };
  }
}

/** What real nodes said to each other, as blocks. */
function conversations(): Uint8Array[] {
  const stories = captures((path) => /^(core-crc|legacy|autojoin|partition)/.test(path)).slice(
    0,
    14,
  );
  return stories.map((path, index) => {
    const packets = readCapture(join(GOLDEN, path)).slice(0, 24);
    const blocks = packets.flatMap(({ bytes }) => {
      const message = decodeNetstring(bytesToText(bytes))?.message;
      if (message === undefined) return [];
      const fields = message.fields.filter(({ name }) => name !== "auth" && name !== "ld");
      return [encodeClassic({ fields }).slice(4, -5), "~700"];
    });
    return textToBytes(`${String.fromCharCode(index)}${blocks.join("\n\n")}`);
  });
}

const types =
  "status NS_st NS_ackmsg NS_rexmit NS_nak_rexmit resource ask_resources hb_takeover hb_groups reqnodes repnodes addnode delnode setweight setsite shutdone ip-request ip-request-resp starting starfail hb_api test";
const words =
  "info= rsc_hold= st= src= seq= hg= ts= ttl= dest= ackseq= firstseq= lastseq= nodelist= delnodelist= node= weight= site= isstable= dt= protocol= hb= n= pings= seen= ask= g= (1)srcuuid= (1)destuuid= (1)clusteruuid=";

export const core: Target = {
  name: "core",
  covers: "core/* step() with authentic messages and adverts",
  corpus: () => [
    ...conversations(),
    ...latin1(
      "\x02t=hb_groups\nn=1\nst=active\npings=0\nseen=alice:5:1 \nask=alice \ng=held 7 0 7 bob 10.0.0.10\n\n~1000\n\nt=NS_rexmit\nfirstseq=1\nlastseq=ff",
      "\x04!1 0 0 7\n\n~3000\n\n!0 1 255 8\n\n!255 255 0 9\n\n~500",
      "\x03t=reqnodes\nsrc=dave\n\nt=repnodes\nnodelist=a b c \ndelnodelist=d \n\nt=addnode\nnodelist=x y",
    ),
  ],
  tokens: [
    ...types.split(" ").map((type) => `\nt=${type}\n`),
    ...words.split(" ").map((word) => `\n${word}`),
    ...[
      "\n\n",
      "\n\n~1000\n\n",
      "\n\n~60000\n\n",
      "\n\n!1 0 0 7\n\n",
      "alice",
      "bob ",
      "carol",
      "all",
      "me",
      "local",
      "foreign",
    ],
    ...[
      "shutdown",
      "shutdone",
      "ffffffff",
      "fffffffffffff",
      "T_BCAST",
      "active",
      "dead",
      "up",
      "init",
      "starting",
      "leaving",
    ],
    ...["held 7 0 7 bob 10.0.0.10", "AAAAAAAAAAAAAAAAAAAAAA==", "sMDAwMDAwMDAwMDAwMDAwA=="],
  ],
  bytesMax: 64 * 1024,
  share: 5,
  run(input) {
    const stand = new Stand(configs[(input[0] ?? 0) % configs.length] ?? configs[0]);
    const blocks = bytesToText(input.subarray(1)).split("\n\n");
    for (const block of blocks.slice(0, 200)) stand.take(block);
    stand.finish();
    return [...stand.kinds].sort().join(" ");
  },
};
