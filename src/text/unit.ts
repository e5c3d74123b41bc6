// The systemd units of hb, as packages and `hb propagate` install them.

/** How often a start may fail, one right after the other, before what is left here is released. */
const startsMax = 10;

/** Their texts, by name, for a binary at this path. */
export function unitTexts(binary: string): Readonly<Record<UnitName, string>> {
  return { hb: unitText(binary), "hb-release": releaseUnitText(binary) };
}

export type UnitName = "hb" | "hb-release";

/** The text of hb.service. */
function unitText(binary: string): string {
  return `[Unit]
Description=hb keeps addresses and services alive when hosts die
Documentation=man:hb(8)
After=network-online.target hb-release.service
Wants=network-online.target
Conflicts=heartbeat.service
# An agent that fails for good leaves services behind, and another node starts them as well: they are stopped.
# After that it is tried again, for whatever keeps it from starting may end.
OnFailure=hb-release.service
StartLimitIntervalSec=3min
StartLimitBurst=${startsMax}

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
# Not permitted, or the configuration has problems: trying again does not help.
RestartPreventExitStatus=4 6
# An agent that hangs may be stopped or wait for a dead disk: of another signal it would not die.
WatchdogSec=30
WatchdogSignal=SIGKILL
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

/** The text of hb-release.service. */
function releaseUnitText(binary: string): string {
  const failed = `test "$$(systemctl show --value -p SubState hb.service)" = failed`;
  const often = `test "$$(systemctl show --value -p NRestarts hb.service)" -ge ${startsMax}`;
  const again = "systemctl reset-failed hb.service && systemctl --no-block start hb.service";
  return `[Unit]
Description=Releases what an agent of hb left that has failed for good
Documentation=man:hb-release(8)
StartLimitIntervalSec=0

[Service]
Type=oneshot
# Since systemd 254 OnFailure= starts this also when a restart is to follow: the next agent adopts what is up.
ExecCondition=/bin/sh -c '${failed}'
ExecStart=${binary} release
# An agent that was given up for failing again and again is tried again: a full disk, a device that is not there
# yet, whatever it was may end. Not one with problems in its configuration, nor one that was told to stop.
ExecStopPost=-/bin/sh -c '${failed} && ${often} && ${again}'
# Scripts are given their time by hb itself.
KillMode=process
SendSIGKILL=no
TimeoutStopSec=infinity
OOMScoreAdjust=-900
`;
}
