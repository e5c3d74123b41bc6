// "peace": in the end everybody runs, one is master, and it alone has the addresses; and a segment that has
// long been left alone is quiet: nothing is taken over, nothing is dropped, no script runs.
//
// Under ucarp's name `--neutral` keeps what a killed process has left up: no down script runs at the start.

import type { Sight } from "../../../../src/sim/sight.ts";
import type { Law, Report } from "../../law/law.ts";
import { isOurs, type Picture, type Seen } from "./picture.ts";

export class Peace implements Law {
  readonly #picture: Picture;
  readonly #report: Report;
  readonly #quietMs: number;
  #told = 0;

  /** `quietMs`: after the last disturbance. */
  constructor(picture: Picture, quietMs: number, report: Report) {
    this.#picture = picture;
    this.#quietMs = quietMs;
    this.#report = report;
  }

  see(sight: Sight, now: number): void {
    const isMove = sight.saw === "address" || (sight.saw === "script" && sight.phase === "begins");
    if (!isMove || now - this.#picture.disturbedAt <= this.#quietMs || !this.#picture.isFine)
      return;
    this.#told += 1;
    if (this.#told > 3) return;
    const what = sight.saw === "address" ? `address ${sight.up ? "up" : "down"}` : sight.action;
    const seconds = ((now - this.#picture.disturbedAt) / 1_000).toFixed(1);
    this.#report("peace", `${sight.node}: ${what}, though nothing was done for ${seconds} s`);
  }

  verdict(): void {
    const names = (hosts: readonly { readonly name: string }[]) =>
      hosts.map(({ name }) => name).join(" and ") || "nobody";
    const { all, masters } = this.#picture;
    const gone = all.filter(({ alive, frozen }) => !alive || frozen);
    const holders = all.filter(
      (host) => host.holds && !(keepsRest(host) && !masters.includes(host)),
    );
    if (gone.length > 0) this.#report("peace", `in the end ${names(gone)} does not run`);
    if (masters.length !== 1) this.#report("peace", `in the end ${names(masters)} is master`);
    if (names(holders) !== names(masters)) {
      this.#report("peace", `in the end ${names(holders)} has the addresses, not the master`);
    }
  }
}

function keepsRest(host: Seen): boolean {
  return !isOurs(host) && host.router.neutral;
}
