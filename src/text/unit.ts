// The systemd unit of hb, as `hb propagate` installs it where there is none.

/** The text of hb.service for a binary at this path. */
export function unitText(binary: string): string {
  return `[Unit]
Description=hb keeps addresses and services alive when hosts die
After=network-online.target
Wants=network-online.target
Conflicts=heartbeat.service
# A disk that is full, a device that is not there yet: whatever keeps the agent from starting may end.
StartLimitIntervalSec=0

[Service]
Type=notify
NotifyAccess=main
ExecStart=${binary} agent
ExecReload=/bin/kill -HUP $MAINPID
# Only the agent is told to stop: it stops what it holds itself, in order. What its scripts started,
# and its pulse, must outlive a crash of the agent, which is then started again and adopts them.
KillMode=process
SendSIGKILL=no
TimeoutStopSec=infinity
Restart=on-failure
RestartSec=100ms
# SIGUSR1, after an upgrade: the installed binary goes on in place of this one.
SuccessExitStatus=75
RestartForceExitStatus=75
# The configuration has problems: trying again does not help.
RestartPreventExitStatus=6
WatchdogSec=30
RuntimeDirectory=heartbeat
RuntimeDirectoryPreserve=yes
StateDirectory=heartbeat
LimitMEMLOCK=infinity
LimitRTPRIO=99
OOMScoreAdjust=-900
# A service that runs out of memory is its group's trouble: the agent and all other groups go on.
OOMPolicy=continue

[Install]
WantedBy=multi-user.target
`;
}
