// Processes and their sockets, as /proc shows them to whoever asks.

import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { Holder } from "../check/port.ts";

/** Pids of all processes that are seen here. */
function pids(): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

/** The value of a line of /proc/PID/status: "Name", "PPid", "CapEff". */
export function statusOf(pid: number | "self", name: string): string | undefined {
  const text = textAt(`/proc/${pid}/status`);
  return new RegExp(`^${name}:\\s*(.*)$`, "m").exec(text)?.[1];
}

/** The two processes of the agent that wrote this pid file, the pulse first; none when it is gone. */
export function agentPids(pidFile: string): number[] {
  const desk = Number.parseInt(textAt(pidFile), 10);
  if (statusOf(desk, "Name") === undefined) return [];
  // The scripts are children of the desk as well: the pulse is the one that calls itself so.
  const isPulse = (pid: number) => textAt(`/proc/${pid}/cmdline`).split("\0").includes("pulse");
  const children = pids().filter((pid) => statusOf(pid, "PPid") === `${desk}`);
  return [...children.filter(isPulse), desk];
}

export interface PortSight {
  readonly holders: readonly Holder[];
  /** Sockets whose process is not seen by whoever asks. */
  readonly unseen: number;
}

/** Who has sockets on this UDP port. */
export function lookPort(port: number): PortSight {
  const inodes = new Set(["udp", "udp6"].flatMap((table) => inodesOn(port, table)));
  if (inodes.size === 0) return { holders: [], unseen: 0 };
  const holders: Holder[] = [];
  const seen = new Set<string>();
  for (const pid of pids()) {
    const mine = socketsOf(pid).filter((inode) => inodes.has(inode));
    if (mine.length === 0) continue;
    for (const inode of mine) seen.add(inode);
    const unit = unitOf(pid);
    const name = statusOf(pid, "Name") ?? "A process";
    holders.push({ pid, name, ...(unit !== undefined && { unit }) });
  }
  return { holders, unseen: inodes.size - seen.size };
}

/** Inodes of the sockets on a port, from /proc/net/udp: the address is "HEX:PORT", the inode the tenth word. */
function inodesOn(port: number, table: string): string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  return textAt(`/proc/net/${table}`)
    .split("\n")
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = ""]) => local.endsWith(wanted))
    .flatMap((words) => words[9] ?? []);
}

function socketsOf(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
      } catch {
        // It was closed meanwhile.
        return [];
      }
    });
  } catch {
    return [];
  }
}

/** The service that a process belongs to, where systemd runs. */
function unitOf(pid: number): string | undefined {
  return /\/([^/\n]+\.service)(?:\/|$)/m.exec(textAt(`/proc/${pid}/cgroup`))?.[1];
}

function textAt(path: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return "";
  }
}
