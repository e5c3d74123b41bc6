// Where the agent finds and leaves its files: three directories, every name in one place
// (heartbeat-config 5). Not what is in them.

import { dirname, join } from "node:path";

export interface Directories {
  /** ha.cf, authkeys, haresources, resource.d; like /etc/ha.d. */
  readonly conf: string;
  /** What outlives a reboot; like /var/lib/heartbeat. */
  readonly state: string;
  /** What outlives the agent but not the host (tmpfs); like /run/heartbeat. */
  readonly run: string;
}

export const defaultDirectories: Directories = {
  conf: "/etc/ha.d",
  state: "/var/lib/heartbeat",
  run: "/run/heartbeat",
};

/** Every path that the agent uses, by name. */
export function placesOf(directories: Directories) {
  const { conf, state, run } = directories;
  return {
    ...directories,
    haCf: join(conf, "ha.cf"),
    authkeys: join(conf, "authkeys"),
    haresources: join(conf, "haresources"),
    nodeinfo: join(conf, "nodeinfo"),
    onlyForTesting: join(conf, "OnlyForTesting"),
    scripts: [join(conf, "resource.d"), "/etc/init.d"] as readonly string[],
    /** Scripts that hear messages, and what runs them (rcd/). */
    rcd: join(conf, "rc.d"),
    harc: join(conf, "harc"),
    ocfConf: join(conf, "conf", "OCF"),
    ocfRoot: "/usr/lib/ocf",
    generation: join(state, "hb_generation"),
    uuid: join(state, "hb_uuid"),
    hostcache: join(state, "hostcache"),
    delhostcache: join(state, "delhostcache"),
    fifo: join(state, "fifo"),
    /** What happened here; with ".1" behind it, what happened before. */
    events: eventsIn(state),
    /** Working directory of scripts, as Heartbeat's. */
    work: join(state, "cores", "root"),
    /** Where Heartbeat's own clients sign on. */
    register: join(run, "register"),
    ccm: join(run, "ccm", "ccm"),
    socket: join(run, "hb.sock"),
    /** The same for programs of every user (listen/door.ts). */
    programs: join(run, "programs.sock"),
    lock: join(run, "hb.lock"),
    pid: join(run, "hb.pid"),
    running: join(run, "hb.running"),
    /** The pulse that runs; still there when its agent died. */
    beating: join(run, "hb.pulse"),
    /** The scripts of virtual routers that run. */
    calling: join(run, "hb.calling"),
    /** The fencing device at work. */
    fencing: join(run, "hb.fencing"),
    /** The script of rc.d that runs. */
    telling: join(run, "hb.telling"),
    /** The programs beside the agent that run. */
    children: join(run, "hb.children"),
    memory: join(run, "hb.memory"),
    pulsed: join(run, "hb.alive"),
    scratch: join(run, "rsctmp"),
    /** Beside the run directory, not in it: what is there is executed by root (ppp/hook.ts). */
    ppp: `${run.replace(/\/+$/, "")}.ppp`,
    /** The pid file of a real Heartbeat that uses the same run directory: /run/heartbeat.pid. */
    heartbeatPid: `${run.replace(/\/+$/, "")}.pid`,
  };
}

/** The journal; the processes of `hb carp` write it too. */
export function eventsIn(state: string): string {
  return join(state, "hb_events");
}

/** Where a log daemon listens, ha_logd or hb's (heartbeat-api.md 1). */
export function logSocketIn(state: string): string {
  return join(state, "log_daemon");
}

/** The pid file of a log daemon, beside the run directory: /run/logd.pid. */
export function logdPidBeside(run: string): string {
  return join(dirname(run.replace(/\/+$/, "")), "logd.pid");
}

export type Places = ReturnType<typeof placesOf>;
