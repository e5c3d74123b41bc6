// Every target, in the order of the table. A parser that is not here is not under fuzz; docs/testing.md
// says of which this is true, and why.

import { advert, carp } from "./advert.ts";
import { arp, neighbour } from "./claim.ts";
import { client } from "./client.ts";
import { authkeys, configuration, haCf, haresources, logdCf } from "./configuration.ts";
import { core } from "./core.ts";
import { agentSettings, answer, fifo, frame, logLine, request, status } from "./desk.ts";
import { echo } from "./echo.ts";
import { classic, netstring, packet, signed } from "./envelope.ts";
import { logdMessage } from "./logd.ts";
import { bulletin, message } from "./message.ts";
import { netlink } from "./netlink.ts";
import { event, faultWord, since } from "./operator.ts";
import { ring } from "./ring.ts";
import { carpFile, carpOptions, passfile, ucarp } from "./router.ts";
import { generation, hostcache, memory, processes, sealBook } from "./state.ts";
import { stream } from "./stream.ts";
import type { Target } from "./target.ts";

export const targets: readonly Target[] = [
  haCf,
  haresources,
  authkeys,
  logdCf,
  configuration,
  carpFile,
  ucarp,
  carpOptions,
  passfile,
  netstring,
  classic,
  packet,
  signed,
  message,
  bulletin,
  stream,
  ring,
  carp,
  advert,
  arp,
  neighbour,
  echo,
  netlink,
  request,
  answer,
  logLine,
  logdMessage,
  client,
  event,
  since,
  faultWord,
  fifo,
  status,
  agentSettings,
  frame,
  generation,
  hostcache,
  memory,
  processes,
  sealBook,
  core,
];
