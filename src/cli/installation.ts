// What `hb propagate` does on another host, as shell scripts for it: receive files, put them in place at
// once, enable the service.

import { initText } from "../text/init.ts";
import { unitTexts } from "../text/unit.ts";
import { shellQuote as quote } from "./remote.ts";

/** A file on its way: where it waits, where it goes, its mode there. */
export interface Delivery {
  readonly room: string;
  readonly name: string;
  readonly target: string;
  readonly mode: number;
}

/** Makes a directory in each of these that nobody else can look into, and prints its name. */
export function makeRooms(directories: readonly string[]): string {
  const steps = directories.flatMap((directory) => [
    `mkdir -p -m 755 ${quote(directory)}`,
    `mktemp -d ${quote(`${directory}/.hb-propagate.XXXXXX`)}`,
  ]);
  return `set -eu\n${steps.join("\n")}\n`;
}

/** Puts each file in place by one rename; a file is old or new at any moment, never half. */
export function putInPlace(deliveries: readonly Delivery[]): string {
  const checks = deliveries.map(
    ({ target }) =>
      `[ ! -d ${quote(target)} ] || { echo ${quote(`${target} is a directory`)} >&2; exit 1; }`,
  );
  // Who owns the old file owns the new one: an agent need not be root's. The old file stays until
  // the new one is on the disk.
  const steps = deliveries.flatMap(({ room, name, target, mode }) => {
    const from = quote(`${room}/${name}`);
    return [
      `[ ! -e ${quote(target)} ] || chown "$(stat -c %u:%g ${quote(target)})" ${from}`,
      `chmod ${mode.toString(8)} ${from}`,
      `sync ${from} 2>/dev/null || sync`,
      `mv -f ${from} ${quote(target)}`,
    ];
  });
  return `set -eu\n${[...checks, ...steps].join("\n")}\n`;
}

/** Removes the directories that makeRooms() made, with what a failed delivery left in them. */
export function clearRooms(rooms: readonly string[]): string {
  return `rm -rf ${rooms.map(quote).join(" ")}\n`;
}

function putUnit(name: string, text: string): string {
  const path = `/etc/systemd/system/${name}.service`;
  return `    put ${path} 644 <<'END-OF-UNIT'\n${text}END-OF-UNIT\n`;
}

/** Enables hb at boot with what that host has; prints how. */
export function enable(binary: string): string {
  const units = Object.entries(unitTexts(binary));
  const init = "/etc/init.d/hb";
  return `set -eu
umask 022
put() {
  cat > "$1.hb-new"
  chmod "$2" "$1.hb-new"
  mv -f "$1.hb-new" "$1"
}
if [ ! -x ${quote(binary)} ]; then
  echo "hb is not at "${quote(binary)}": use --binary" >&2
  exit 1
fi
if command -v systemctl >/dev/null 2>&1; then
  made="unit installed, "
  # Asked of the disk: systemctl does not tell where systemd does not run (an image, a container).
  for place in /etc /run /usr/local/lib /usr/lib /lib; do
    [ ! -e "$place/systemd/system/hb.service" ] || made=
  done
  if [ -n "$made" ]; then
    mkdir -p /etc/systemd/system
${units.map(([name, text]) => putUnit(name, text)).join("")}    [ ! -d /run/systemd/system ] || systemctl daemon-reload
  fi
  systemctl enable hb.service >/dev/null 2>&1 || {
    echo "systemctl enable hb.service failed" >&2
    exit 1
  }
  echo "\${made}enabled by systemctl"
  exit 0
fi
made=
if [ ! -e ${init} ]; then
  mkdir -p /etc/init.d
  put ${init} 755 <<'END-OF-INIT'
${initText(binary)}END-OF-INIT
  made="init script installed, "
fi
if command -v update-rc.d >/dev/null 2>&1; then
  update-rc.d hb defaults >/dev/null
  echo "\${made}enabled by update-rc.d"
elif command -v chkconfig >/dev/null 2>&1; then
  chkconfig --add hb
  chkconfig hb on
  echo "\${made}enabled by chkconfig"
else
  echo "No systemctl, update-rc.d or chkconfig: start hb at boot by hand" >&2
  exit 1
fi
`;
}
