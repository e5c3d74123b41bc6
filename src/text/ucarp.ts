// The usage of hb by the name of ucarp: the options as ucarp spells them, in hb's own words.

/** What `ucarp -h` prints. */
export const ucarpUsage = `ucarp: one address, several hosts (this is hb, which speaks CARP as UCARP 1.5.2 does)

Example:
  ucarp -i eth0 -s 10.1.1.1 -v 1 -o /etc/ucarp.pass -a 10.1.1.252 \\
        -u /usr/share/ucarp/vip-up -d /usr/share/ucarp/vip-down

Usage: ucarp [options]

  -i, --interface=IF      interface (the first one that is up)
  -s, --srcip=ADDRESS     this host's own address, the source of adverts
      --mcastip=ADDRESS   multicast group of adverts (224.0.0.18)
  -v, --vhid=N            number of the virtual host, 1-255
  -p, --pass=TEXT         password, at most 19 bytes; seen in the process list until it is overwritten
  -o, --passfile=FILE     password: the first line of this file
  -a, --addr=ADDRESS      the shared address
  -b, --advbase=SECONDS   time between adverts, 0-255 (1)
  -k, --advskew=N         n/256 s are added to it; the lowest sum is the best master, 0-255 (0)
  -r, --deadratio=N       a master is dead after advbase * N + advskew/256 (3)
  -P, --preempt           take over from a master with a greater sum
  -n, --neutral           do not run the down script at start
  -u, --upscript=PATH     run when this host becomes master: PATH IF ADDRESS [TEXT]
  -d, --downscript=PATH   run when it becomes backup, and at start
  -x, --xparam=TEXT       third argument of the scripts
  -z, --shutdown          run the down script at the end
  -S, --ignoreifstate     go on without a carrier
  -M, --nomcast           send adverts to the Ethernet broadcast address
  -B, --daemonize         run in the background
  -f, --facility=NAME     syslog facility, or none (daemon)
  -D, --debug             debug lines
  -h, --help              show this

"hb carp --help" has more: many addresses in one process, IPv6, no scripts, a seal against replay.
`;
