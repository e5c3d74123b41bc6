// An advertisement as the core hears it: its form, checksums, TTL, vhid and digest were good.
// The value is made where the bytes are read.

export type { HeardAdvert, HeardSeal } from "../../wire/carp/heard.ts";
