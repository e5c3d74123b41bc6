// The places that a log daemon writes to: a file, or the syslog daemon's socket. Neither makes it wait.

import { closeSync } from "node:fs";
import { AF_UNIX } from "../../../ffi/layout.ts";
import { SOCK_DGRAM, sendTo, socket } from "../../../ffi/socket.ts";
import { sockaddrUn } from "../../../ffi/unix.ts";
import { openedToAppend } from "../logfile.ts";
import { descriptorWrite } from "../sink.ts";
import type { Target } from "./outlet.ts";

/** A file that is appended to, or a named pipe. Throws what the system says when it cannot be opened. */
export function fileTarget(path: string, mode: number): Target {
  const fd = openedToAppend(path, mode);
  return { write: descriptorWrite(fd), close: () => closeSync(fd) };
}

/** Packets for the syslog daemon; it need not be there yet. */
export function syslogTarget(path: string): Target {
  const fd = socket(AF_UNIX, SOCK_DGRAM);
  return {
    write: (bytes, done) => {
      const outcome = sent(fd, bytes, path);
      // Not at once: who writes the next one when this one is done would do so within itself.
      queueMicrotask(() => done(outcome, outcome === null ? bytes.length : 0));
    },
    close: () => closeSync(fd),
  };
}

function sent(fd: number, bytes: Uint8Array, path: string): Error | null {
  try {
    const isTaken = sendTo(fd, bytes, sockaddrUn(path), path);
    return isTaken ? null : Object.assign(new Error(`${path} has no room`), { code: "EAGAIN" });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
