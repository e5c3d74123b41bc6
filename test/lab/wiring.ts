// Null-modem cables between the hosts of a lab: on each host they are /dev/ttyLAB0, /dev/ttyLAB1 and so on.

import { Cable } from "../cable.ts";
import type { Host } from "./host.ts";

interface Plug {
  readonly host: Host;
  readonly tty: string;
  readonly pty: string;
}

export class Wiring {
  readonly cables: Cable[] = [];
  readonly #plugs: Plug[] = [];

  /** A cable from one host to another. */
  async lay(left: Host, right: Host, baud?: number): Promise<Cable> {
    const cable = new Cable("ttyLAB", baud);
    this.cables.push(cable);
    await this.#plug(left, cable.left.pty.path);
    await this.#plug(right, cable.right.pty.path);
    return cable;
  }

  /** Cables from each host to the next one, and from the last to the first. */
  async ring(hosts: readonly Host[]): Promise<void> {
    for (const [at, host] of hosts.entries()) {
      const next = hosts[(at + 1) % hosts.length];
      if (next !== undefined) await this.lay(host, next);
    }
  }

  /** Names the ttys again: a host that lost its power forgot them. */
  async replug(host: Host): Promise<void> {
    for (const plug of this.#plugs) {
      if (plug.host === host) await host.exec(["ln", "-sfn", plug.pty, plug.tty]);
    }
  }

  close(): void {
    for (const cable of this.cables) cable.close();
  }

  async #plug(host: Host, pty: string): Promise<void> {
    const count = this.#plugs.filter((plug) => plug.host === host).length;
    const plug = { host, tty: `/dev/ttyLAB${count}`, pty };
    this.#plugs.push(plug);
    await host.exec(["ln", "-sfn", plug.pty, plug.tty]);
  }
}
