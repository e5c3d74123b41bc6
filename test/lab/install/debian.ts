// A fresh Debian, as small as systemd allows, on a host of a lab: it is what runs there, with systemd as its first
// process. It has the host's network and name, and a mount, process, IPC and cgroup namespace of its own.
//
// mmdebstrap makes it once, in $HB_DEBIAN_CACHE (else ~/.cache/hb-debian); each machine lays a tmpfs over that. What a
// reader of the guides has or installs from Debian is there from the beginning, for a lab has no way to a mirror: sshd,
// and a web server that is started at boot, as the package leaves it. $HB_DEBIAN_SUITE chooses another Debian.

import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Host } from "../host.ts";
import { must, run, type Said } from "../shell.ts";
import { SOON_MS, until } from "../until.ts";

const SUITE = process.env.HB_DEBIAN_SUITE ?? "bookworm";
const PACKAGES = "systemd,systemd-sysv,dbus,iproute2,openssh-server,apache2,rpm";

/** One makes it, others wait; dpkg need not wait for the disk after each file. */
const MAKE = `
exec 9>"$1.lock"
flock 9
[ -e "$1" ] && exit
trap 'rm -rf "$1.new"' EXIT
rm -rf "$1.new"
mmdebstrap --quiet --variant=minbase --dpkgopt=force-unsafe-io "--include=$3" "$2" "$1.new"
mv "$1.new" "$1"
`;

/** The directory of an untouched system; made where it is missing. */
export async function debianRoot(): Promise<string> {
  const cache = process.env.HB_DEBIAN_CACHE ?? join(homedir(), ".cache/hb-debian");
  const root = join(cache, `${SUITE}-${Bun.hash.crc32(PACKAGES).toString(16)}`);
  mkdirSync(cache, { recursive: true });
  if (!existsSync(root)) await must(["bash", "-euc", MAKE, "_", root, SUITE, PACKAGES]);
  return root;
}

/** What the kernel starts, given the untouched system, an empty directory and where cgroups are. */
const BOOT = `
lower=$1 room=$2
mount -t tmpfs -o mode=755 debian "$room"
mkdir "$room/upper" "$room/work" "$room/root"
root=$room/root
mount -t overlay -o "lowerdir=$lower,upperdir=$room/upper,workdir=$room/work" debian "$root"
uname -n >"$root/etc/hostname"
printf '127.0.0.1\tlocalhost\n127.0.1.1\t%s\n' "$(uname -n)" >"$root/etc/hosts"
# The kernel's modules are none of its business.
ln -s /dev/null "$root/etc/systemd/system/systemd-modules-load.service"
mount -t proc proc "$root/proc"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 dev "$root/dev"
mkdir "$root/dev/pts" "$root/dev/shm"
for name in null zero full random urandom tty; do
  : >"$root/dev/$name"
  mount --bind "/dev/$name" "$root/dev/$name"
done
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
mount -t tmpfs run "$root/run"
mount -t tmpfs tmp "$root/tmp"
cd "$root"
pivot_root . mnt
umount -l /mnt
exec env -i container=hb PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd --log-target=journal --show-status=no
`;

export class Debian {
  readonly #group: string;
  #init = 0;

  private constructor(group: string) {
    this.#group = group;
  }

  /** Boots; resolves when systemd has started what it starts. */
  static async boot(host: Host): Promise<Debian> {
    const lower = await debianRoot();
    const debian = new Debian(join(cgroups(), `hb-${process.pid}-${host.name}`));
    mkdirSync(debian.#group);
    const room = join(host.dir, "debian");
    mkdirSync(room);
    const apart = ["unshare", "--mount", "--ipc", "--pid", "--cgroup", "--fork", "--kill-child"];
    // A cgroup namespace begins where its first process is: it must be there before.
    const enter = `echo $$ >"$1/cgroup.procs"; shift; exec "$@"`;
    const [nsenter = "", ...inside] = host.inside([
      ...apart,
      ...["--propagation", "private", "bash", "-euc", BOOT, "_", lower, room],
    ]);
    const child = Bun.spawn(["bash", "-c", enter, "_", debian.#group, nsenter, ...inside], {
      stdio: [
        "ignore",
        Bun.file(join(host.dir, "log/start.log")),
        Bun.file(join(host.dir, "log/spawn.log")),
      ],
    });
    debian.#init = await until({ what: "systemd's process", withinMs: SOON_MS }, () =>
      descendant(child.pid, "systemd"),
    );
    await until({ what: "systemd to be up", withinMs: SOON_MS, everyMs: 200 }, async () => {
      const { stdout } = await debian.exec("systemctl", "is-system-running");
      return stdout.trim() === "running";
    });
    return debian;
  }

  /** Runs a command there to its end. */
  exec(...command: readonly string[]): Promise<Said> {
    return run(this.#inside(command));
  }

  /** The same; what it writes to stdout. Throws when it fails. */
  async must(...command: readonly string[]): Promise<string> {
    return must(this.#inside(command));
  }

  /** What root types, in a new shell. */
  type(line: string): Promise<Said> {
    const path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
    const login = ["env", "-i", "HOME=/root", "USER=root", "TERM=dumb", `PATH=${path}`];
    return this.exec(...login, "bash", "-c", `cd; ${line}`);
  }

  async write(path: string, text: string, mode = "644"): Promise<void> {
    const line = 'cat >"$1.new" && chmod "$2" "$1.new" && mv "$1.new" "$1"';
    await must(this.#inside(["sh", "-c", line, "_", path, mode]), { stdin: text });
  }

  /** Copies a file of this machine there. */
  async take(from: string, to: string): Promise<void> {
    const child = Bun.spawn(this.#inside(["sh", "-c", 'cat >"$1"', "_", to]), {
      stdio: [Bun.file(from), "ignore", "inherit"],
    });
    if ((await child.exited) !== 0) throw new Error(`Cannot copy ${from} to ${to}`);
  }

  /** What hb and systemd said, for a report of a failure. */
  async journal(): Promise<string> {
    return (await this.exec("journalctl", "--no-pager", "--lines=80", "--unit=hb*")).stdout;
  }

  /** Properties of a unit, as systemd tells them. */
  async show(unit: string): Promise<ReadonlyMap<string, string>> {
    const lines = (await this.must("systemctl", "show", unit)).split("\n");
    return new Map(
      lines.map((line) => [line.split("=", 1)[0] ?? "", line.slice(line.indexOf("=") + 1)]),
    );
  }

  /** Ends everything there, and clears away what would outlive the host. */
  async end(): Promise<void> {
    try {
      process.kill(this.#init, "SIGKILL");
    } catch {
      // Its host has lost its power.
    }
    await until({ what: "the end of all processes", withinMs: SOON_MS }, () =>
      readFileSync(join(this.#group, "cgroup.events"), "utf8").includes("populated 0"),
    );
    removeGroup(this.#group);
  }

  #inside(command: readonly string[]): string[] {
    return ["nsenter", "-t", `${this.#init}`, "-m", "-u", "-n", "-i", "-p", "-C", "--", ...command];
  }
}

/** Where this machine has its second hierarchy of cgroups, which systemd asks for. */
function cgroups(): string {
  const mounts = readFileSync("/proc/self/mounts", "utf8").split("\n");
  const [, place] =
    mounts.map((line) => line.split(" ")).find(([, , type]) => type === "cgroup2") ?? [];
  if (place === undefined) throw new Error("No cgroup2 is mounted on this machine");
  return place;
}

function removeGroup(path: string): void {
  if (!existsSync(path)) return;
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) removeGroup(join(path, entry.name));
  }
  rmdirSync(path);
}

/** Outside, the pid of the process of that name among the descendants of another. */
function descendant(pid: number, name: string): number | undefined {
  let children: number[];
  try {
    if (readFileSync(`/proc/${pid}/comm`, "utf8").trim() === name) return pid;
    children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8")
      .trim()
      .split(" ")
      .map(Number);
  } catch {
    return undefined;
  }
  return children
    .filter((each) => each > 0)
    .map((each) => descendant(each, name))
    .find((each) => each !== undefined);
}
