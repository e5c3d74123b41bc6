// Small clusters for forecasts, from the text of their files.

import { type Assumed, type Site, survey } from "../../../src/sim/forecast/site.ts";

export const twoNodes = `keepalive 1
deadtime 5
bcast eth0
auto_failback off
on_stop_failure ignore
node alice bob
`;

export const web = "alice 10.0.0.100/24/eth0 httpd\n";

export function siteOf(haCf = twoNodes, haresources = web, assumed: Partial<Assumed> = {}): Site {
  const given = {
    self: "alice",
    haCf: { file: "ha.cf", text: haCf },
    authkeys: { file: "authkeys", text: "auth 1\n1 crc\n" },
    haresources: { file: "haresources", text: haresources },
    passfile: (file: string) => ({ file, text: "secret\n" }),
  };
  const surveyed = survey(given, { seed: 1, scriptMs: 1_000, scriptMsOf: new Map(), ...assumed });
  if (surveyed.good) return surveyed.site;
  throw new Error(surveyed.problems.map(({ message }) => message).join("; "));
}
