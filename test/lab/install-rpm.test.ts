// The RPM package as its users have it, on a Debian under systemd that has rpm: put into an image, installed, upgraded
// while nothing moves, removed. What a distribution with RPM brings along besides, its presets, is written there.

import { beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { version } from "../../package.json";
import { built } from "./agent.ts";
import { type Debian, debianRoot } from "./install/debian.ts";
import { laterRpm, packaged } from "./install/package.ts";
import { Pair } from "./install/pair.ts";
import { withLab } from "./lab.ts";

setDefaultTimeout(240_000);
// Where there is none yet, packages come from a mirror, at its pace.
beforeAll(async () => void (await debianRoot()), 600_000);

const CONF = "/etc/needrestart/conf.d/hb.conf";

/** Runs a command where no systemd runs, as in the making of an image. */
const OFFLINE = ["unshare", "--mount", "sh", "-c", 'mount -t tmpfs run /run; exec "$@"', "_"];

/** The Debian with an RPM package on it. */
class RpmHost {
  readonly #debian: Debian;
  readonly #before = new Set<string>();

  constructor(debian: Debian) {
    this.#debian = debian;
  }

  /** Makes a package the one that is installed next. */
  async take(path: string): Promise<void> {
    await this.#debian.take(path, "/root/hb.rpm");
  }

  /** The policy that such distributions come with, behind what the administrator says himself. */
  async preset(...own: readonly string[]): Promise<void> {
    const lines = [...own, "disable *"].map((line) => `${line}\n`).join("");
    await this.#debian.must("mkdir", "-p", "/etc/systemd/system-preset");
    await this.#debian.write("/etc/systemd/system-preset/50-own.preset", lines);
  }

  /** What systemd says of the unit: one word. */
  async unit(question: "is-enabled" | "is-active"): Promise<string> {
    return (await this.#debian.exec("systemctl", question, "hb")).stdout.trim();
  }

  /** What differs from the package, which is there: contents, modes, owners. */
  async differences(): Promise<string[]> {
    await this.#debian.must("rpm", "-q", "hb");
    return lines((await this.#debian.exec("rpm", "--verify", "--nodeps", "hb")).stdout);
  }

  /** From now on, left() tells what is new. */
  async look(): Promise<void> {
    for (const path of await this.#paths()) this.#before.add(path);
  }

  async left(): Promise<string[]> {
    return (await this.#paths()).filter((path) => !this.#before.has(path));
  }

  /** Everything but logs and rpm's own books. */
  async #paths(): Promise<string[]> {
    const own = "-path /var/lib/rpm -prune -o -path /var/log -prune -o -print";
    return lines(await this.#debian.must("sh", "-c", `find /etc /usr /var ${own}`)).toSorted();
  }
}

const lines = (text: string) => text.split("\n").filter((line) => line !== "");

test("hb.rpm under systemd: part of an image, installed, upgraded while nothing moves, removed", async () => {
  await built();
  await withLab({ hosts: ["alice", "bob"], name: "rpm" }, async (lab) => {
    const packages = await packaged(lab);
    const later = await laterRpm(lab, packages);
    await Pair.within(lab, async (pair) => {
      const { debian } = pair;
      const host = new RpmHost(debian);
      await host.take(packages.rpm);
      await host.preset("enable hb.service");
      await host.look();

      await debian.must(...OFFLINE, "rpm", "-i", "--nodeps", "/root/hb.rpm");
      expect(await host.unit("is-enabled")).toBe("enabled");
      await debian.must(...OFFLINE, "rpm", "-e", "hb");
      expect(await host.left()).toEqual([]);

      await host.preset();
      await debian.must("rpm", "-i", "--nodeps", "/root/hb.rpm");
      expect(await host.unit("is-enabled")).toBe("disabled");
      expect(await host.unit("is-active")).toBe("inactive");
      expect(await host.differences()).toEqual([]);
      expect(await debian.must("hb", "version")).toStartWith(`hb ${version} `);
      const completed = "complete -p hb_standby";
      const completion = "/usr/share/bash-completion/completions/hb_standby";
      expect(await debian.must("bash", "-c", `. ${completion}; ${completed}`)).toContain("hb");

      await pair.configure();
      await pair.start();
      await debian.must("sh", "-c", `echo '# mine' >>${CONF}`);
      await host.take(later);
      const old = await pair.agent();
      await debian.must("rpm", "-U", "--nodeps", "/root/hb.rpm");
      await pair.another(old);
      expect(await debian.journal()).toContain("Beginning anew in place: what is up here stays up");
      expect(await debian.must("readlink", `/proc/${await pair.agent()}/exe`)).toBe(
        "/usr/sbin/hb\n",
      );
      expect(await debian.must("rpm", "-q", "hb")).toBe(`hb-${version}-2.x86_64\n`);
      expect(await host.unit("is-enabled")).toBe("enabled");
      expect(await debian.must("cat", CONF)).toEndWith("# mine\n");
      expect(await host.differences()).toEqual([
        expect.stringMatching(/^S.5.* c \/etc\/needrestart\/conf\.d\/hb\.conf$/),
      ]);
      await pair.still();

      await debian.must("rpm", "-e", "hb");
      await pair.left();
      expect(await host.unit("is-enabled")).not.toBe("enabled");
      expect(await host.unit("is-active")).toBe("inactive");
      // What the administrator wrote and what the agent remembers: a node that comes back is the same node.
      const left = (await host.left()).filter((path) => !path.startsWith("/var/lib/heartbeat"));
      expect(left).toEqual([
        ...["", "/authkeys", "/ha.cf", "/haresources"].map((name) => `/etc/ha.d${name}`),
        ...["", "/service"].map((name) => `/etc/ha.d/resource.d${name}`),
        ...["", "/conf.d", "/conf.d/hb.conf.rpmsave"].map((name) => `/etc/needrestart${name}`),
      ]);
      expect((await debian.exec("test", "-s", "/var/lib/heartbeat/hb_generation")).code).toBe(0);
    });
  });
});
