// The judge of a run of a virtual router: an onlooker who sees adverts, addresses, scripts, answers and
// processes, and knows the laws of docs/design.md ("CARP"). What goes on in a core he does not see, and its
// log he does not read. How each law is judged, and what suspends it, stands at the head of its file.
//
// | law      | in short                                                               | judged in   |
// | -------- | ---------------------------------------------------------------------- | ----------- |
// | two      | masters that hear each other are one again within an advert            | two.ts      |
// | one      | of two masters that meet, one stays                                    | one.ts      |
// | none     | where a host is able there is a master within its dead time            | none.ts     |
// | hand     | a master has the addresses, and a host without a cable has not         | hand.ts     |
// | farewell | a farewell makes another master at once                                | farewell.ts |
// | sleeper  | who slept too long takes everything off, and listens                   | sleeper.ts  |
// | adopt    | a pulse that is replaced in time goes on as master                     | adopt.ts    |
// | forgery  | a forged or replayed advert of a sealed source changes nothing         | ../run.ts   |
// | number   | seals grow, and no counter is said that was heard                      | number.ts   |
// | overlap  | scripts of one router never overlap                                    | script.ts   |
// | answer   | a command is answered                                                  | script.ts   |
// | peace    | in the end one is master and alone has the addresses; then all is calm | peace.ts    |
// | storm    | nobody sends more than an honest exchange needs                        | storm.ts    |

import type { Shape } from "../../../../src/sim/shape.ts";
import type { Sight } from "../../../../src/sim/sight.ts";
import type { HeardAdvert } from "../../../../src/wire/carp/heard.ts";
import type { Violation } from "../../kind.ts";
import { Docket } from "../../law/docket.ts";
import type { Law } from "../../law/law.ts";
import { Adopt } from "./adopt.ts";
import { Contact } from "./contact.ts";
import { Corrupt } from "./corrupt.ts";
import { Farewell } from "./farewell.ts";
import { Hand } from "./hand.ts";
import { Ledger } from "./ledger.ts";
import { None } from "./none.ts";
import { SealsGrow } from "./number.ts";
import { One } from "./one.ts";
import { Peace } from "./peace.ts";
import { isAlive, Picture } from "./picture.ts";
import { Answered, Overlap } from "./script.ts";
import { Sleeper } from "./sleeper.ts";
import { Storm } from "./storm.ts";
import { Two } from "./two.ts";

/** One fault may be seen a thousand times. */
const violationsMax = 20;

interface TickingLaw extends Law {
  /** Time has passed. */
  tick?(now: number): void;
}

export class Judge {
  readonly violations: Violation[];
  readonly #picture: Picture;
  readonly #ledger: Ledger;
  readonly #contact: Contact;
  readonly #laws: readonly TickingLaw[];
  #now = 0;

  /** `quietMs`: how long after the last disturbance everything must be calm. */
  constructor(
    shape: Shape,
    quietMs: number,
    tell: (violation: Violation) => void = () => undefined,
  ) {
    const docket = new Docket(violationsMax, tell);
    this.violations = docket.violations;
    const report = (law: string, text: string) => docket.add({ law, at: this.#now, text });
    const picture = new Picture(shape);
    const ledger = new Ledger(picture);
    const contact = new Contact(picture, ledger);
    this.#picture = picture;
    this.#ledger = ledger;
    this.#contact = contact;
    this.#laws = [
      new Two(picture, contact, report),
      new One(picture, contact, report),
      new None(picture, contact, ledger, report),
      new Hand(picture, report),
      new Farewell(picture, ledger, report),
      new Sleeper(picture, report),
      new Adopt(picture, report),
      new Corrupt(picture, ledger, report),
      new SealsGrow(picture, ledger, report),
      new Overlap(picture, report),
      new Answered(picture, report),
      new Peace(picture, quietMs, report),
      new Storm(picture, report),
    ];
  }

  readonly see = (sight: Sight, now: number): void => {
    this.#now = now;
    if (sight.saw === "log") return;
    this.#picture.see(sight, now);
    for (const law of this.#laws) law.see(sight, now);
    // What is heard is judged by what was known before it.
    this.#ledger.see(sight);
    this.#contact.see(sight);
  };

  /** To be called now and then. */
  tick(now: number): void {
    this.#now = now;
    this.#picture.now = now;
    for (const law of this.#laws) law.tick?.(now);
  }

  /** The advert must change nothing on this host. */
  readonly refuses = (node: string, advert: HeardAdvert): boolean =>
    this.#ledger.refuses(node, advert);

  /** One is master, everybody is here and believed, and nothing has moved for so long. */
  isPeaceful(calmMs: number): boolean {
    const { all, masters, disturbedAt, movedAt, now, isFine } = this.#picture;
    if (!isFine || now - Math.max(disturbedAt, movedAt) < calmMs || this.#ledger.isDoubtful)
      return false;
    return masters.length === 1 && all.every((host) => isAlive(host) && host.failures === 0);
  }

  /** The run is over; everything was mended before and had its time. */
  verdict(now: number): void {
    this.tick(now);
    for (const law of this.#laws) law.verdict?.(now);
  }

  /** The run itself broke. */
  thrown(error: unknown): void {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    this.violations.push({ law: "throw", at: this.#now, text: `a program throws: ${text}` });
  }
}
