// A virtual machine as seen from outside: switch it on, run something in it, pull its plug.
//
// QEMU without hardware help (TCG), so that it runs wherever a container runs. Boot takes some four
// seconds of one processor. With -no-reboot a reset ends the emulator.

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Subprocess } from "bun";
import type { Said } from "../lab/shell.ts";
import { until, wallMs } from "../lab/until.ts";
import { type Happening, Monitor } from "./monitor.ts";
import { Steering } from "./steering.ts";

/** What is the same at every boot of a machine. */
export interface Hardware {
  readonly name: string;
  /** The last part of its address is 10 more: 10.77.0.11 is machine 1. */
  readonly number: number;
  /** Folder of its sockets and of its disk. */
  readonly dir: string;
  readonly vmlinux: string;
  readonly initramfs: string;
  /** Folder that it sees as /hb, read-only. */
  readonly program: string;
  /** Sockets of the switches at eth0, eth1 … */
  readonly ports: readonly string[];
  /** Sockets of the cables at ttyS1, ttyS2, ttyS3. */
  readonly cables: readonly string[];
  /** With a watchdog of the model i6300esb. */
  readonly watchdog: boolean;
}

/** An ISA machine has four UARTs, and the first is the console. */
export const cablesMax = 3;
const bootMsMax = 60_000;

interface Running {
  readonly emulator: Subprocess;
  readonly steering: Steering;
  readonly monitor: Monitor;
}

export class Machine {
  readonly hardware: Hardware;
  /** Its disk: ha.d, lib (= /var/lib/heartbeat), log. */
  readonly disk: string;
  readonly #addressEvent: (line: string) => void;
  readonly #ended: () => void;
  #running: Running | undefined;
  #boots = 0;
  #happenings: readonly Happening[] = [];

  constructor(
    hardware: Hardware,
    events: { readonly address: (line: string) => void; readonly ended: () => void },
  ) {
    this.hardware = hardware;
    this.#addressEvent = events.address;
    this.#ended = events.ended;
    this.disk = join(hardware.dir, `${hardware.name}-disk`);
    for (const folder of ["ha.d", "lib", "log"]) {
      mkdirSync(join(this.disk, folder), { recursive: true });
    }
  }

  get name(): string {
    return this.hardware.name;
  }

  get address(): string {
    return `10.77.0.${10 + this.hardware.number}`;
  }

  get isOn(): boolean {
    return this.#running !== undefined;
  }

  /** What the emulator told since the last boot. */
  get happenings(): readonly Happening[] {
    return this.#happenings;
  }

  /** Power on; resolves when the machine obeys. */
  async boot(): Promise<void> {
    if (this.#running !== undefined) throw new Error(`${this.name} is on`);
    const socket = (what: string) => join(this.hardware.dir, `${this.name}-${what}-${this.#boots}`);
    this.#boots++;
    const monitor = new Monitor(socket("monitor"));
    const steering = new Steering(socket("steer"), this.#addressEvent);
    const command = emulatorCommand(this.hardware, {
      monitor: socket("monitor"),
      steer: socket("steer"),
      console: join(this.hardware.dir, `${this.name}-console.${this.#boots}`),
    });
    // When this process is killed nobody else ends the emulator.
    const emulator = Bun.spawn(["setpriv", "--pdeathsig", "KILL", ...command], {
      stdin: "ignore",
      stdout: "ignore",
      stderr: Bun.file(join(this.hardware.dir, `${this.name}-emulator.log`)),
    });
    const running = { emulator, steering, monitor };
    this.#running = running;
    this.#happenings = monitor.happenings;
    void emulator.exited.then(() => this.#over(running));
    await until({ what: `${this.name} to boot`, withinMs: bootMsMax }, () => {
      if (this.#running === running) return steering.isReady;
      throw new Error(`${this.name} ended while it booted:\n${this.console()}`);
    });
  }

  /** Power off, without a word. Returns when it was. */
  cutPower(): number {
    this.#running?.emulator.kill("SIGKILL");
    return wallMs();
  }

  /** Waits until it is off: somebody cut the power, or it was reset. Returns when it was seen. */
  async off(withinMs: number): Promise<number> {
    await until({ what: `${this.name} to be off`, withinMs, everyMs: 5 }, () => !this.isOn);
    return wallMs();
  }

  /** Pulls the plug at eth0, eth1 … or puts it in again, as its card sees it. */
  plug(port: number, isIn: boolean): void {
    this.#running?.monitor.setCarrier(nicOf(port), isIn);
  }

  /** Runs a command of its shell to its end; code -1 when the machine ends before. */
  async exec(command: string): Promise<Said> {
    const running = this.#running;
    const off = { code: -1, stdout: "", stderr: `${this.name} is off` };
    if (running === undefined) return off;
    return Promise.race([running.steering.exec(command), running.emulator.exited.then(() => off)]);
  }

  /** Runs a command that has to succeed; returns what it printed. */
  async must(command: string): Promise<string> {
    const said = await this.exec(command);
    if (said.code === 0) return said.stdout;
    throw new Error(`${this.name}: ${command}: exit ${said.code}, "${said.stderr.trim()}"`);
  }

  /** Text of a file of its disk ("log/hb.log"); empty when there is none. */
  read(path: string): string {
    try {
      return readFileSync(join(this.disk, path), "latin1");
    } catch {
      return "";
    }
  }

  write(path: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(join(this.disk, path)), { recursive: true });
    writeFileSync(join(this.disk, path), text, { mode });
  }

  /** What its kernel said since the last boot. */
  console(): string {
    try {
      const path = join(this.hardware.dir, `${this.name}-console.${this.#boots}`);
      return readFileSync(path, "latin1");
    } catch {
      return "";
    }
  }

  #over(running: Running): void {
    running.steering.close();
    running.monitor.close();
    if (this.#running !== running) return;
    this.#running = undefined;
    this.#ended();
  }
}

interface Sockets {
  readonly monitor: string;
  readonly steer: string;
  /** File for what the kernel says. */
  readonly console: string;
}

/** What the emulator calls the card at a port. */
function nicOf(port: number): string {
  return `nic${port}`;
}

function emulatorCommand(hardware: Hardware, sockets: Sockets): string[] {
  const { name, number, dir } = hardware;
  const mac = (port: number) =>
    `02:4c:00:00:0${port}:${(10 + number).toString(16).padStart(2, "0")}`;
  // The kernel measures its fast clock while it boots; on a busy host it may be wrong by a factor, and
  // then everything in the machine is early or late. The slow one needs no measuring.
  const clocks = "clocksource=hpet tsc=unstable no_timer_check";
  const words = `console=ttyS0 quiet nokaslr mitigations=off panic=1 ${clocks}`;
  const shared = (tag: string, path: string, how = "") => [
    "-virtfs",
    `local,path=${path},mount_tag=${tag},security_model=mapped-file,multidevs=remap${how}`,
  ];
  return [
    ...["qemu-system-x86_64", "-name", name, "-accel", "tcg", "-cpu", "max", "-m", "256"],
    ...["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-rtc", "clock=host"],
    ...["-kernel", hardware.vmlinux, "-initrd", hardware.initramfs],
    ...["-append", `${words} name=${name} number=${number}`],
    ...["-chardev", `socket,id=qmp,path=${sockets.monitor}`, "-mon", "chardev=qmp,mode=control"],
    ...["-serial", `file:${sockets.console}`],
    ...hardware.cables.flatMap((path, at) => [
      ...["-chardev", `socket,id=cable${at},path=${path}`],
      ...["-serial", `chardev:cable${at}`],
    ]),
    ...["-device", "virtio-serial-pci", "-chardev", `socket,id=steer,path=${sockets.steer}`],
    ...["-device", "virtserialport,chardev=steer,name=steer"],
    ...hardware.ports.flatMap((path, port) => [
      ...["-netdev", `stream,id=net${port},server=off,addr.type=unix,addr.path=${path}`],
      "-device",
      `virtio-net-pci,id=${nicOf(port)},netdev=net${port},mac=${mac(port)},romfile=`,
    ]),
    ...shared("hb", hardware.program, ",readonly=on"),
    ...shared("disk", join(dir, `${name}-disk`)),
    ...(hardware.watchdog ? ["-device", "i6300esb"] : []),
  ];
}
