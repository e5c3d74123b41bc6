// Another host as ssh sees one: a real sshd with its own keys, in its own network and mount namespaces,
// so that what is written to its /etc and its configuration directory is not this machine's.

import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { hbCommand, type Ran, run } from "./run.ts";

const port = 2222;

/** Programs that a session finds there besides those of /usr/bin and /bin. */
export type ServiceManager = "systemctl" | "update-rc.d";

export class RemoteHost {
  /** The configuration directory: this machine's content outside, empty on the remote host. */
  readonly conf: string;
  /** Likewise a directory for programs. */
  readonly programs: string;
  readonly #root: string;
  readonly #server: ChildProcess;

  constructor(root: string, conf: string, server: ChildProcess) {
    this.#root = root;
    this.conf = conf;
    this.programs = join(root, "sbin");
    this.#server = server;
  }

  /** Makes the host and waits until its sshd listens. `hosts` are the names by which it is known. */
  static async start(manager: ServiceManager): Promise<RemoteHost> {
    const root = mkdtempSync(join(tmpdir(), "hb-remote-"));
    const conf = join(root, "ha.d");
    mkdirSync(conf);
    mkdirSync(join(root, "sbin"));
    for (const name of ["host", "user"]) {
      must(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", join(root, name)]);
    }
    must(["cp", join(root, "user.pub"), join(root, "authorized")]);
    write(join(root, "hosts"), "127.0.0.1 localhost bob\n127.0.0.2 carol\n");
    write(join(root, "sshd_config"), sshdConfig(root, manager));
    const server = spawn("unshare", ["--net", "--mount", "sh", "-c", world(root, conf, manager)], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    const host = new RemoteHost(root, conf, server);
    try {
      await host.#listening();
    } catch (error) {
      host.stop();
      throw error;
    }
    return host;
  }

  /** hb on this machine, with the remote host's network and names of hosts. */
  hb(...words: readonly string[]): Ran {
    return this.run(hbCommand(...words));
  }

  /** The same with any hb. */
  run(command: readonly string[]): Ran {
    const options = [
      `Port=${port}`,
      `IdentityFile=${this.#root}/user`,
      "IdentitiesOnly=yes",
      `UserKnownHostsFile=${this.#root}/known`,
      "StrictHostKeyChecking=accept-new",
    ].flatMap((option) => ["--ssh-option", option]);
    const script = `mount --bind ${this.#root}/hosts /etc/hosts && exec "$@"`;
    return run([
      ...["nsenter", "-t", `${this.#server.pid}`, "--net"],
      ...["unshare", "--mount", "sh", "-c", script, "sh"],
      ...[...command, "--dir", this.conf, ...options],
    ]);
  }

  /** A path on the remote host, as seen from here. */
  path(path: string): string {
    return `/proc/${this.#server.pid}/root${path}`;
  }

  /** Ends sshd; the namespaces go with it. */
  stop(): void {
    this.#server.kill("SIGKILL");
    rmSync(this.#root, { recursive: true, force: true });
  }

  async #listening(): Promise<void> {
    let said = "";
    for await (const bytes of this.#server.stderr ?? []) {
      said += String(bytes);
      if (said.includes("Server listening")) return;
    }
    throw new Error(`sshd did not start: ${said}`);
  }
}

function sshdConfig(root: string, manager: ServiceManager): string {
  // sshd gives its sessions this PATH; without systemctl in it the other tools are chosen.
  const path = manager === "systemctl" ? "/usr/sbin:/usr/bin:/sbin:/bin" : `${root}/bin`;
  return [
    `Port ${port}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${root}/host`,
    `AuthorizedKeysFile ${root}/authorized`,
    "PidFile none",
    "StrictModes no",
    "UsePAM no",
    "PermitRootLogin prohibit-password",
    `SetEnv PATH=${path}`,
    "Subsystem sftp internal-sftp",
    "",
  ].join("\n");
}

/** The script that makes the host: empty directories over those that would be changed. */
function world(root: string, conf: string, manager: ServiceManager): string {
  if (manager === "update-rc.d") {
    mkdirSync(join(root, "bin"));
    const tools = [
      "sh",
      "mkdir",
      "mktemp",
      "chmod",
      "cp",
      "cat",
      "mv",
      "rm",
      "sync",
      "update-rc.d",
    ];
    for (const tool of [...tools, "perl", "insserv", "grep"]) {
      const found = Bun.which(tool, { PATH: "/usr/sbin:/usr/bin:/sbin:/bin" });
      if (found !== null) must(["ln", "-s", found, join(root, "bin", tool)]);
    }
  }
  const fresh = [
    "/run",
    conf,
    join(root, "sbin"),
    "/usr/local/sbin",
    "/etc/systemd/system",
    "/etc/init.d",
  ];
  const runlevels = [0, 1, 2, 3, 4, 5, 6, "S"].map((level) => `/etc/rc${level}.d`);
  return [
    "set -e",
    "ip link set lo up",
    ...[...fresh, ...runlevels]
      .filter((directory) => existsSync(directory))
      .map((directory) => `mount -t tmpfs -o mode=755 none ${directory}`),
    "mkdir /run/sshd",
    `exec /usr/sbin/sshd -D -e -f ${root}/sshd_config`,
  ].join("\n");
}

function write(file: string, text: string): void {
  writeFileSync(file, text);
  chmodSync(file, 0o644);
}

function must(command: readonly string[]): void {
  const [program = "", ...words] = command;
  const { status, stderr } = spawnSync(program, words, { encoding: "utf8" });
  if (status !== 0) throw new Error(`${command.join(" ")}: ${stderr}`);
}
