// One interface on which virtual routers stand, or which they track: how it is, from which addresses
// adverts leave, and the ears on it.

import { reasonOf } from "../../../ffi/error.ts";
import { addressText } from "../../../ffi/layout.ts";
import {
  type AddressRow,
  IFA_F_SECONDARY,
  IFA_F_TENTATIVE,
  IFF_UP,
  type LinkRow,
} from "../../../ffi/rtnetlink.ts";
import type { Input } from "../../core/input.ts";
import { after, type Instant } from "../../core/instant.ts";
import { CARP_GROUP_V6, familiesOf, peersOf } from "../../wire/carp/destination.ts";
import { carries, type Interfaces } from "../interfaces.ts";
import { keyOf } from "../place.ts";
import { Tally } from "../tally.ts";
import type { Watch } from "../watch.ts";
import { AdvertListener, type Hearing, hearingKey } from "./listener.ts";
import type { Seat } from "./seat.ts";

const RETRY_MS = 1_000;

type InterfaceInput = Extract<Input, { on: "interface" }>;

export class Stand {
  readonly device: string;
  /** By vhid. */
  readonly seats = new Map<number, Seat>();
  /** What was rejected before anybody knew for which router it was. */
  readonly tally: Tally;
  #link: LinkRow | undefined;
  #source4: Uint8Array | undefined;
  #source6: Uint8Array | undefined;
  #listener: AdvertListener | undefined;
  #trouble: string | undefined;
  #retryAt: Instant | undefined;

  constructor(device: string) {
    this.device = device;
    this.tally = new Tally(device);
  }

  get link(): LinkRow | undefined {
    return this.#link;
  }

  /** Its first IPv4 address that no virtual router brought. */
  get source4(): Uint8Array | undefined {
    return this.#source4;
  }

  /** Its first link-local address that is in use, and that no virtual router brought. */
  get source6(): Uint8Array | undefined {
    return this.#source6;
  }

  /** Looks at the kernel's tables again; `shared`: keys of the addresses of all virtual routers. */
  look(interfaces: Interfaces, shared: ReadonlySet<string>): void {
    this.#link = interfaces.named(this.device);
    const index = this.#link?.index;
    const isOurs = (row: AddressRow) => row.index === index && !shared.has(keyOf(row.address));
    const four = interfaces.addresses().filter((row) => row.index === index && row.family === 4);
    const first =
      four.find((row) => (row.flags & IFA_F_SECONDARY) === 0 && isOurs(row)) ?? four.find(isOurs);
    this.#source4 = first?.address;
    this.#source6 = interfaces.addresses().find((row) => isLinkLocal(row) && isOurs(row))?.address;
  }

  /** How it is, for the core. */
  input(): InterfaceInput {
    const link = this.#link;
    const state =
      link === undefined
        ? "gone"
        : (link.flags & IFF_UP) === 0
          ? "down"
          : carries(link)
            ? "up"
            : "no-carrier";
    const [four, six] = [this.#source4, this.#source6];
    return {
      on: "interface",
      device: this.device,
      state,
      ...(four === undefined ? {} : { address: addressText(four) }),
      ...(six === undefined ? {} : { address6: addressText(six) }),
    };
  }

  /** When the ears are to be tried again. */
  deadline(): Instant | undefined {
    return this.#retryAt;
  }

  /** Opens the ears that are needed, closes those of an interface that is gone. The reason, when it
   *  failed in another way than the last time. */
  listen(watch: Watch, heard: (frame: Uint8Array) => void, now: Instant): string | undefined {
    const hearing = this.#hearing();
    const index = this.seats.size === 0 ? undefined : this.#link?.index;
    this.#retryAt = undefined;
    const isGood = this.#listener?.index === index && this.#listener?.key === hearingKey(hearing);
    if (isGood && index !== undefined) return undefined;
    this.#listener?.close();
    this.#listener = undefined;
    if (index === undefined) return undefined;
    try {
      this.#listener = new AdvertListener(index, hearing, watch, heard);
      this.#trouble = undefined;
      return undefined;
    } catch (error) {
      const before = this.#trouble;
      this.#trouble = reasonOf(error);
      this.#retryAt = after(now, RETRY_MS);
      return before === this.#trouble ? undefined : this.#trouble;
    }
  }

  close(): void {
    this.#listener?.close();
    this.#listener = undefined;
  }

  #hearing(): Hearing {
    const families = new Set<4 | 6>();
    const groups = new Set<string>();
    for (const { config } of this.seats.values()) {
      for (const family of familiesOf(config)) {
        families.add(family);
        if (config.broadcast || peersOf(config, family).length > 0) continue;
        groups.add(family === 4 ? config.multicast : CARP_GROUP_V6);
      }
    }
    return { families, groups };
  }
}

function isLinkLocal({ family, address, flags }: AddressRow): boolean {
  if (family !== 6 || (flags & IFA_F_TENTATIVE) !== 0) return false;
  return address[0] === 0xfe && ((address[1] ?? 0) & 0xc0) === 0x80;
}
