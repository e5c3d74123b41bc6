// The init script of hb for hosts without systemd, as `hb propagate` installs it where there is none.

/** The text of /etc/init.d/hb for a binary at this path. */
export function initText(binary: string): string {
  return `#!/bin/sh
# chkconfig: 2345 75 5
# description: hb keeps addresses and services alive when hosts die
### BEGIN INIT INFO
# Provides:          hb
# Required-Start:    $remote_fs $network $syslog
# Required-Stop:     $remote_fs $network $syslog
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: keeps addresses and services alive when hosts die
### END INIT INFO

hb=${binary}
pid=/run/heartbeat/hb.pid

case "$1" in
  start)
    "$hb" status >/dev/null 2>&1 && exit 0
    "$hb" check || exit $?
    nohup "$hb" agent >/dev/null 2>&1 </dev/null &
    ;;
  stop)
    "$hb" status >/dev/null 2>&1 || exit 0
    agent=$(cat "$pid") || exit 1
    kill -TERM "$agent"
    # Leaving takes as long as the slowest script that must be stopped.
    while kill -0 "$agent" 2>/dev/null; do sleep 1; done
    ;;
  reload|force-reload)
    kill -HUP "$(cat "$pid")"
    ;;
  restart)
    "$0" stop && "$0" start
    ;;
  status)
    exec "$hb" status
    ;;
  *)
    echo "Usage: $0 start|stop|restart|reload|force-reload|status" >&2
    exit 2
    ;;
esac
`;
}
