// The Internet checksum: the complement of the ones'-complement sum of 16-bit words (RFC 1071).

/** The ones'-complement sum, 0 to 0xffff; an odd last byte counts as the high half of a word. What
 *  holds its own checksum sums to 0xffff. `sum` is the sum of what came before. */
export function onesSum(bytes: Uint8Array, sum = 0): number {
  let total = sum;
  for (let at = 0; at < bytes.length; at += 2) {
    total += ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
  }
  // 65 535 bytes of 0xff stay far below 2^53; the carries fold in at most three rounds.
  while (total > 0xffff) total = (total % 0x10000) + Math.floor(total / 0x10000);
  return total;
}

/** The checksum that makes the bytes sum to 0xffff once it stands where they have zeros now. */
export function internetChecksum(bytes: Uint8Array, sum = 0): number {
  return ~onesSum(bytes, sum) & 0xffff;
}
