// Cookies: what makes each membership one of its kind. Drawn from what is one of its kind already: this run of
// this node, and a count.

import { textToBytes } from "../../wire/bytes.ts";
import { Mac } from "../../wire/mac.ts";

const LENGTH = 14;
const FIRST = "!".charCodeAt(0);
const LAST = "~".charCodeAt(0);

/** Cookies of the form that the real ccm's have (ccm 2). */
export function cookiesOf({
  uuid,
  generation,
}: {
  uuid: string;
  generation: number;
}): () => string {
  const mac = new Mac("sha1", textToBytes(`${uuid} ${generation}`));
  let count = 0;
  return () => {
    count += 1;
    const digest = mac.of(textToBytes(`${count}`));
    const codes = digest.subarray(0, LENGTH).map((byte) => FIRST + (byte % (LAST - FIRST + 1)));
    return String.fromCharCode(...codes);
  };
}
