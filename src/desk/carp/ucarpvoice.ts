// What a program by the name of ucarp says before its process runs: to the terminal, and to syslog as
// ucarp does before it has read its options (carp.md 13).

import { existsSync } from "node:fs";
import { AF_UNIX } from "../../../ffi/layout.ts";
import { close, SOCK_DGRAM, sendTo, socket } from "../../../ffi/socket.ts";
import { sockaddrUn } from "../../../ffi/unix.ts";
import type { UcarpSays } from "../../config/carp/ucarp.ts";
import { ucarpLine, ucarpPacket, ucarpStream } from "./ucarpline.ts";

const devLog = "/dev/log";

/** Says it; waits for nobody. */
export function sayAsUcarp({ level, text, shown }: UcarpSays): void {
  const line = { at: new Date(), level, text };
  if (shown) process[ucarpStream(level)].write(ucarpLine(line));
  const packet = ucarpPacket(line, "user");
  if (packet === undefined || !existsSync(devLog)) return;
  const fd = socket(AF_UNIX, SOCK_DGRAM);
  try {
    sendTo(fd, Buffer.from(packet), sockaddrUn(devLog), devLog);
  } catch {
    // The syslog daemon is away: whoever looks at the terminal has the line.
  } finally {
    close(fd);
  }
}
