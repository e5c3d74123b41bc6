// Who renews leases does not wait, and does nothing else meanwhile that the kernel would take in another order.

import { expect, test } from "bun:test";
import type { Request } from "../../ffi/batch.ts";
import { errnoOf } from "../../ffi/error.ts";
import { at } from "../../src/core/instant.ts";
import { Leases } from "../../src/core/leases.ts";
import { type Held, heldAt } from "../../src/pulse/held.ts";
import { Renewals } from "../../src/pulse/renewals.ts";
import { puppetConfig } from "./puppet.ts";

/** A kernel that answers when it is told to. */
class Kernel {
  readonly fd = -1;
  /** How many requests each batch had. */
  readonly begun: number[] = [];
  #answer: number[] | undefined;
  isBusy = false;

  begin(requests: readonly Request[]): void {
    this.begun.push(requests.length);
    this.isBusy = true;
  }

  answers(errnos: number[]): void {
    this.#answer = errnos;
  }

  answer(): number[] | undefined {
    const answer = this.#answer;
    if (answer !== undefined) this.isBusy = false;
    this.#answer = undefined;
    return answer;
  }

  settle(): number[] | undefined {
    return this.isBusy ? (this.answer() ?? [0]) : undefined;
  }

  close(): void {}
}

/** So many addresses with a lease of 11 s, whose renewal is due at 4 s. */
function leased(count: number) {
  const held = Array.from({ length: count }, (_, i): Held => {
    const text = `10.9.${i >> 8}.${i & 255}`;
    const resource = { kind: "address", word: text, agent: "IPaddr2", family: 4, address: text };
    const address = Uint8Array.of(10, 9, i >> 8, i & 255);
    const place = { device: "left", index: 2, address, prefix: 24 };
    return { ...heldAt(resource as Held["resource"], place as Held["place"], "netlink"), up: true };
  });
  const leases = new Leases({ ...puppetConfig, addressLease: { ms: 11_000 } });
  leases.began(held, at(0));
  const kernel = new Kernel();
  const lost: string[] = [];
  const host = { watch: { add() {}, remove() {} }, log() {} } as unknown as Host;
  const tell = ({ key }: Held, { code }: { code: string }) => lost.push(`${key} ${code}`);
  const renewals = new Renewals({ leases, host, lost: tell, route: kernel });
  return { renewals, kernel, lost, held, all: new Map(held.map((one) => [one.key, one])) };
}

type Host = ConstructorParameters<typeof Renewals>[0]["host"];

test("Renewals.renew() hands over what is due, and nothing more before the answer", () => {
  const { renewals, kernel, all } = leased(3);
  renewals.renew(all, at(1_000));
  expect(kernel.begun).toEqual([]);
  renewals.renew(all, at(4_000));
  expect(kernel.begun).toEqual([3]);
  expect(renewals.deadline()).toBeUndefined();
  renewals.renew(all, at(60_000));
  expect(kernel.begun).toEqual([3]);
  kernel.answers([0, 0, 0]);
  renewals.renew(all, at(60_000));
  expect(kernel.begun).toEqual([3, 3]);
});

test("Renewals.renew() tells which address the kernel did not renew", () => {
  const { renewals, kernel, lost, all } = leased(3);
  renewals.renew(all, at(4_000));
  kernel.answers([0, errnoOf("ENODEV"), 0]);
  renewals.renew(all, at(4_010));
  expect(lost).toEqual(["0a090001 ENODEV"]);
  expect(renewals.deadline()).toBeGreaterThan(4_010);
});

test("Renewals.renew() goes on with a long list, without those that are down meanwhile", () => {
  const { renewals, kernel, held, all } = leased(300);
  renewals.renew(all, at(4_000));
  kernel.answers(new Array(128).fill(0));
  renewals.renew(all, at(4_001));
  for (const one of held.slice(270)) one.up = false;
  kernel.answers(new Array(128).fill(0));
  renewals.renew(all, at(4_002));
  expect(kernel.begun).toEqual([128, 128, 14]);
});

test("Renewals.settle() waits for the answer, and is done where there is none to wait for", () => {
  const { renewals, kernel, lost, all } = leased(1);
  renewals.settle();
  renewals.renew(all, at(4_000));
  kernel.answers([errnoOf("ENODEV")]);
  renewals.settle();
  expect(kernel.isBusy).toBe(false);
  expect(lost).toEqual(["0a090000 ENODEV"]);
});
