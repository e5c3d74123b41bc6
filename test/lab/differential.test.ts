// hb's encoder and decoder against those of Heartbeat 3.0.6: messages that nobody has thought of, said by the
// one and understood by the other, field by field, both ways.
//
// A real daemon has a neighbour that speaks with hb's wire floor. What it hears of it, it pushes to a client
// of its API; what that client says, and what is written into its FIFO, is heard by the neighbour.
// HB_DIFFERENTIAL says how many messages are said each way (200 when it does not).

import { expect, setDefaultTimeout, test } from "bun:test";
import { type Config, Differential } from "./differential/pair.ts";

const count = Number(process.env.HB_DIFFERENTIAL ?? 200);
setDefaultTimeout(120_000 + count * 100);

test.concurrent.each<Config>([
  { auth: "crc", msgfmt: "classic", medium: "bcast" },
  { auth: "md5 lab-secret", msgfmt: "netstring", medium: "bcast" },
  { auth: "sha1 lab-secret", msgfmt: "classic", medium: "bcast" },
  { auth: "sha1 lab-secret", msgfmt: "classic", medium: "serial" },
])("Heartbeat 3.0.6 and hb understand each other: $auth, $msgfmt, $medium", async (config) => {
  const run = await Differential.begin(config);
  try {
    const told = await run.ours(count);
    const heard = await run.theirs(count);
    expect(told).toMatchObject({ said: count, understood: count, wrong: [] });
    expect(heard).toMatchObject({ said: count, understood: count, wrong: [] });
    expect(run.rejected).toEqual([]);
    expect(run.complaints).toEqual([]);
  } finally {
    await run.end();
  }
});
