// What the options of ucarp lead to on this host: its passfile, the interface that it takes when none is
// given. In ucarp's own words where something is wrong (carp.md 11).

import { closeSync, openSync, readFileSync } from "node:fs";
import { interfaceFlags, interfaceIndex } from "../../../ffi/interface.ts";
import { strerrorOf } from "../../../ffi/strerror.ts";
import type { UcarpWorld } from "../../config/carp/ucarp.ts";
import { bytesToText } from "../../wire/bytes.ts";
import { readLine } from "./firstline.ts";

const IFF_UP = 0x1;
const IFF_LOOPBACK = 0x8;
const IFF_RUNNING = 0x40;

/** This host. */
export function thisHost(): UcarpWorld {
  return { passfile, firstDevice, posix: process.env.POSIXLY_CORRECT !== undefined };
}

function passfile(path: string): ReturnType<UcarpWorld["passfile"]> {
  let fd: number;
  try {
    fd = openSync(path, "r");
  } catch (error) {
    return { trouble: `unable to open passfile ${path} for reading: ${strerrorOf(error)}` };
  }
  try {
    const text = bytesToText(readLine(fd));
    if (text === "") {
      return { trouble: `error reading passfile ${path}: unexpected end of file` };
    }
    // To ucarp it is a C string.
    return { line: text.replace(/[\n\0].*$/s, "") };
  } catch (error) {
    return { trouble: `error reading passfile ${path}: ${strerrorOf(error)}` };
  } finally {
    closeSync(fd);
  }
}

/** The first that is up, has a carrier and is no loopback; "any" as libpcap calls it if there is none. */
function firstDevice(): string {
  const lines = readFileSync("/proc/self/net/dev", "utf8").split("\n");
  const names = lines.flatMap((line) => /^\s*([^\s:]+):/.exec(line)?.[1] ?? []);
  const running = names.filter((name) => {
    const flags = interfaceFlags(name);
    return (flags & IFF_UP) !== 0 && (flags & IFF_RUNNING) !== 0 && (flags & IFF_LOOPBACK) === 0;
  });
  const index = (name: string) => interfaceIndex(name) ?? Number.POSITIVE_INFINITY;
  return running.toSorted((a, b) => index(a) - index(b))[0] ?? "any";
}
