// Directives for null-modem cables: `serial` and `baud` as Heartbeat has them (heartbeat-config 2), and
// two of ours: `serial_flow none|rtscts` and `serial_ring on|off`.

import { standardBaud } from "../haconf.ts";
import { quote } from "../unit.ts";
import { choice, type Directives, flag, scalar } from "./directive.ts";
import { addMedium, readBaud } from "./medium.ts";

export const serialDirectives: Directives = {
  serial: {
    shape: "list",
    set(name, value, reader) {
      if (!value.text.startsWith("/")) {
        const reason = `${quote(value.text)} does not begin with "/"`;
        reader.report.error(value, `"serial" must be an absolute path: ${reason}`);
        return;
      }
      // As Heartbeat 3.0.6 opens it: a "baud" below comes too late. Flow control is filled in at the end.
      const baud = reader.draft.baud ?? standardBaud;
      addMedium({ kind: "serial", device: value.text, baud, flow: "rtscts" }, name, reader);
    },
  },
  baud: { ...scalar("baud", readBaud), repeats: "never" },
  serial_flow: choice("serialFlow", ["rtscts", "none"]),
  serial_ring: flag("serialRing"),
};
