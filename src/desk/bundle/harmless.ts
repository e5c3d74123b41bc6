// Words that are no secrets by their shape: addresses, paths, small numbers, on and off. Everything else that
// stands where a secret may stand is taken for one.

import { isIP } from "node:net";

const words: readonly string[] = [
  "on off yes no true false none start stop status monitor root sha1 sha256 md5 crc",
  "ext2 ext3 ext4 xfs btrfs nfs nfs4 defaults rw ro noatime udp tcp",
]
  .join(" ")
  .split(" ");

/** `known`: names of nodes, interfaces and programs that stand elsewhere as well. */
export function isHarmless(word: string, known: ReadonlySet<string> = new Set()): boolean {
  if (word === "" || known.has(word) || words.includes(word.toLowerCase())) return true;
  // Ports and times have few digits; so many are guessed at once.
  if (/^\d{1,3}(?:ms|s|min|h)?$/.test(word)) return true;
  const [host = "", ...rest] = word.split("/");
  if (isIP(host) !== 0) return rest.every((part) => /^\d{1,3}$/.test(part) || known.has(part));
  return isPath(word);
}

/** Directories of the system begin it: a secret may begin with a slash. */
function isPath(word: string): boolean {
  const top =
    "etc|usr|var|run|dev|srv|mnt|media|opt|home|root|tmp|lib|lib64|sbin|bin|proc|sys|export";
  return word.split(":").every((each) => new RegExp(`^/(?:${top})(?:/[\\w.@+-]+)*/?$`).test(each));
}
