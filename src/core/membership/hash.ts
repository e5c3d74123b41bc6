// A small number made of text, the same on every host: for choices that other programs leave to chance.

/** 32-bit FNV-1a. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    value = Math.imul(value ^ (text.charCodeAt(i) & 0xff), 0x01000193);
  }
  return value >>> 0;
}
