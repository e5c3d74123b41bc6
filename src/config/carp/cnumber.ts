// Whole numbers as strtol(3) and strtoul(3) with base 0 read them on 64-bit Linux: blanks and a sign
// before, octal behind "0", hexadecimal behind "0x", and whatever follows the digits is not looked at.

const unsignedMax = 2n ** 64n - 1n;
const signedMax = 2n ** 63n - 1n;

/** strtoul: no number is 0, too large a number is the largest, a negative one wraps around. */
export function strtoul(text: string): bigint {
  const { negative, value } = parse(text);
  if (value > unsignedMax) return unsignedMax;
  return negative ? BigInt.asUintN(64, -value) : value;
}

/** strtol: no number is 0, one out of range is the nearest that is in it. */
export function strtol(text: string): bigint {
  const { negative, value } = parse(text);
  if (negative) return value > signedMax ? -signedMax - 1n : -value;
  return value > signedMax ? signedMax : value;
}

function parse(text: string): { readonly negative: boolean; readonly value: bigint } {
  const match = /^[ \t\n\v\f\r]*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)/.exec(text);
  const digits = match?.[2] ?? "0";
  // BigInt reads "0x2a" as C does, and "010" as ten.
  const octal = /^0[0-7]/.test(digits);
  return { negative: match?.[1] === "-", value: BigInt(octal ? `0o${digits.slice(1)}` : digits) };
}
