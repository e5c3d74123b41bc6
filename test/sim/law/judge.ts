// The judge of a run of a heartbeat cluster: an onlooker who sees packets, addresses, scripts, answers
// and processes, and knows the eight laws of docs/design.md ("The core"). What goes on in a core he does
// not see, and its log he does not read.
//
// | law   | in short                                                       | judged in    |
// | ----- | -------------------------------------------------------------- | ------------ |
// | 1     | never two holders among nodes in contact; release before take  | single.ts    |
// | 2     | a holder within deadtime and the time of its scripts           | holder.ts    |
// | 3     | who cannot know whether he is the holder is silent             | sleeper.ts   |
// | 4     | a request is answered                                          | request.ts   |
// | 5     | one script of a resource at a time, in order and in reverse    | order.ts     |
// | 6     | forged, damaged and old packets change nothing                 | forgery.ts   |
// | 7     | a quick restart moves nothing; in the end nothing moves        | restart.ts   |
// | 7     | after a partition one keeps what several hold                  | heal.ts      |
// | 8     | who agree on a membership have the same members; quorum is in   | consensus.ts |
// |       | one part at most; in the end all are in one                    |              |
// | storm | nobody sends more than an honest exchange needs                | storm.ts     |
//
// What the world itself calls a breach (a reply to nobody, say) counts under the law that it names. What
// old packets change is seen by who plays the run without them (twin.ts).

import type { Shape } from "../../../src/sim/shape.ts";
import type { Sight } from "../../../src/sim/sight.ts";
import type { Violation } from "../kind.ts";
import { quietMs } from "../plan/peace.ts";
import { Consensus } from "./consensus.ts";
import { Contact } from "./contact.ts";
import { Docket } from "./docket.ts";
import { Forgery } from "./forgery.ts";
import { Heal } from "./heal.ts";
import { Holder, misplaced } from "./holder.ts";
import type { Law } from "./law.ts";
import { Order } from "./order.ts";
import { isAlive, Picture } from "./picture.ts";
import { Post } from "./post.ts";
import { Request } from "./request.ts";
import { Restart } from "./restart.ts";
import { Single } from "./single.ts";
import { Sleeper } from "./sleeper.ts";
import { Storm } from "./storm.ts";

/** One fault may be seen a thousand times. */
const violationsMax = 50;

export class Judge {
  readonly #docket: Docket;
  readonly #picture: Picture;
  readonly #post = new Post();
  readonly #contact: Contact;
  readonly #consensus: Consensus;
  readonly #request: Request;
  readonly #restart: Restart;
  readonly #storm: Storm;
  readonly #laws: readonly Law[];
  /** Those that look at packets as well. */
  readonly #packetLaws: readonly Law[];
  #now = 0;

  /** `tell` hears of each violation at once. */
  constructor(shape: Shape, tell: (violation: Violation) => void = () => undefined) {
    this.#docket = new Docket(violationsMax, tell);
    const report = (law: string, text: string) => this.found({ law, at: this.#now, text });
    this.#picture = new Picture(shape);
    this.#contact = new Contact(this.#picture, this.#post);
    this.#request = new Request(this.#picture, report);
    this.#restart = new Restart(this.#picture, report);
    this.#storm = new Storm(this.#picture, report);
    this.#consensus = new Consensus(this.#picture, report);
    this.#laws = [
      new Single(this.#picture, this.#contact, report),
      new Holder(this.#picture, this.#contact, report),
      new Sleeper(this.#picture, this.#post, report),
      this.#request,
      new Order(this.#picture, report),
      new Forgery(shape, report),
      this.#restart,
      new Heal(this.#picture, this.#contact, report),
      this.#storm,
      this.#consensus,
      {
        ignoresPackets: true,
        see: (sight) => sight.saw === "breach" && report(String(sight.law), sight.text),
      },
    ];
    this.#packetLaws = this.#laws.filter((law) => law.ignoresPackets !== true);
  }

  get violations(): Violation[] {
    return this.#docket.violations;
  }

  /** A violation that others saw. */
  found(violation: Violation): void {
    this.#docket.add(violation);
  }

  readonly see = (sight: Sight, now: number): void => {
    this.#now = now;
    if (sight.saw === "log") return;
    this.#picture.see(sight, now);
    this.#post.see(sight, now);
    this.#contact.see(sight, now);
    const isPacket = sight.saw === "heard" || sight.saw === "sent";
    for (const law of isPacket ? this.#packetLaws : this.#laws) law.see(sight, now);
  };

  /** Everybody is here, everything is up once, and nothing has moved for long. */
  isPeaceful(now: number): boolean {
    const movedAt = Math.max(this.#restart.movedAt, this.#picture.disturbedAt);
    return (
      now - movedAt > quietMs &&
      this.#request.isIdle &&
      this.#consensus.isSettled &&
      this.#picture.all.every(isAlive) &&
      misplaced(this.#picture).length === 0
    );
  }

  /** The run is over; everything was mended before and had its time. */
  verdict(now: number): void {
    this.#now = now;
    for (const law of this.#laws) law.verdict?.(now);
    const missing = this.#picture.all.filter((host) => !isAlive(host)).map(({ name }) => name);
    const report = (law: string, text: string) => this.violations.push({ law, at: now, text });
    if (missing.length > 0) report("7", `in the end ${missing.join(" and ")} is not running`);
    if (now - this.#restart.movedAt <= quietMs) report("7", "in the end something still moves");
  }

  /** The run itself broke. */
  thrown(error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.violations.push({ law: "6", at: this.#now, text: `a mind throws: ${text}` });
  }

  get stormiest(): number {
    return this.#storm.worst;
  }
}
