// Every message of every recorded conversation in the text form, whoever spoke and whatever of Heartbeat he was: read
// and written again it is the same bytes.

import { expect, test } from "bun:test";
import { decodeBody, encodeBody } from "../../../src/wire/ipc/body.ts";
import { transcript, transcripts } from "./transcript.ts";

/** The libraries' own words. What was sent by hand to try the daemon is written otherwise on purpose, hb_api.py
 *  leaves out the NUL, and others speak in structures. */
const names = transcripts(/^(?!raw-|hb_api-py|apphb|logd|ccm_testclient|README)/);

test.each(names.filter((name) => transcript(name).exchanges.length > 0))(
  "encodeBody() writes what decodeBody() read of %s",
  (name) => {
    for (const { body } of transcript(name).exchanges) {
      if (body === undefined) continue;
      const message = decodeBody(body);
      expect(message).toBeDefined();
      expect(Buffer.from(encodeBody(message ?? { fields: [] })).toString("latin1")).toBe(
        Buffer.from(body).toString("latin1"),
      );
    }
  },
);

test("there are conversations of cl_status, ccm, dopd, drbd-peer-outdater, ipfail and Pacemaker", () => {
  const kinds = ["cl_status", "ccm", "dopd", "drbd-peer-outdater", "ipfail", "pacemaker"];
  for (const kind of kinds) expect(names.some((name) => name.startsWith(kind))).toBe(true);
});
