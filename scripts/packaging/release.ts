// What every package says of hb, and its moment: SOURCE_DATE_EPOCH, else the day of the release, so that the same
// tree gives the same bytes on whatever day.

import { date, license, version } from "../../package.json";

export { date, license, version };
export const summary = "keeps addresses and services alive when hosts die";
export const maintainer = "The hb authors <authors@hb.invalid>";

export const details: readonly string[] = [
  "Two or more hosts watch each other's heartbeats; when one falls silent,",
  "another holds its addresses and runs its services a moment later. hb reads",
  "the files of Linux-HA Heartbeat 3 (ha.cf, authkeys, haresources) and speaks",
  "its wire protocol, and shares addresses by CARP with ucarp, OpenBSD and",
  "FreeBSD.",
];

/** How large packages are, against how long they take: none is for trying them. */
export type Compression = "xz" | "none";

/** Of 0 to 9. A binary takes 28 s of a processor; with six three times as long, and it is a tenth smaller then. */
export const XZ_LEVEL = 1;

/** Seconds since 1970. */
export function epochS(given: string | undefined = process.env.SOURCE_DATE_EPOCH): number {
  if (given === undefined || given === "") return Date.parse(`${date}T00:00:00Z`) / 1000;
  if (/^\d{1,11}$/.test(given)) return Number(given);
  throw new Error(`SOURCE_DATE_EPOCH must be seconds since 1970: "${given}"`);
}
