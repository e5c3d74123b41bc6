// What a file means, without how it was written: printed and read again, only that stays.

import type { HaConf } from "../../src/config/haconf.ts";

export function meaning({ written, listed, ...rest }: HaConf): Omit<HaConf, "written" | "listed"> {
  return rest;
}
