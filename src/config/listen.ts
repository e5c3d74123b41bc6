// Where a server of ours listens: an address and a port, or a path in the file system.

import { canonicalIPv6, isIPv4, isIPv6 } from "./address.ts";
import { quote, type Read } from "./unit.ts";

export type ListenPlace =
  | { readonly kind: "tcp"; readonly address: string; readonly port: number }
  | { readonly kind: "unix"; readonly path: string };

/** What a port alone means: nobody else can reach it. */
const loopback = "127.0.0.1";
/** sun_path has 108 bytes, the last of which is zero (unix(7)). */
const pathBytesMax = 107;

const want = "a port, ADDRESS:PORT or an absolute path";
const hint = "For example 8694, 10.0.0.1:8694, [fd00::1]:8694 or /run/heartbeat/status.sock";

/** `8694` (on 127.0.0.1), `10.0.0.1:8694`, `[fd00::1]:8694`, or an absolute path. Names are none: what they
 *  mean could change without anybody looking. */
export function readListenPlace(text: string): Read<ListenPlace> {
  const wrong = (reason: string) => ({ ok: false, want, reason, hint }) as const;
  if (text.startsWith("/")) {
    if (new TextEncoder().encode(text).length <= pathBytesMax) {
      return { ok: true, value: { kind: "unix", path: text } };
    }
    return wrong(`a socket's path has at most ${pathBytesMax} bytes`);
  }
  const match = /^(?:(?:\[([^[\]]*)\]|([^:]*)):)?(\d{1,5})$/.exec(text);
  if (match === null) return wrong(`${quote(text)} is neither`);
  const [, six, four, digits = ""] = match;
  const port = Number(digits);
  if (port < 1 || port > 65_535) return wrong(`there is no port ${digits}`);
  if (six !== undefined && !isIPv6(six)) return wrong(`${quote(six)} is no IPv6 address`);
  if (four !== undefined && !isIPv4(four)) return wrong(`${quote(four)} is no IPv4 address`);
  const address = six === undefined ? (four ?? loopback) : canonicalIPv6(six);
  return { ok: true, value: { kind: "tcp", address, port } };
}

/** As ha.cf writes it. */
export function sayListenPlace(place: ListenPlace): string {
  if (place.kind === "unix") return place.path;
  const { address, port } = place;
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Nobody on another host can reach it. */
export function isPrivate(place: ListenPlace): boolean {
  return place.kind === "unix" || place.address === "::1" || place.address.startsWith("127.");
}
