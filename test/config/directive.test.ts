// Every directive of ha.cf: what a good line gives, and what a bad one says.

import { describe, expect, test } from "bun:test";
import { routerDefaults } from "../../src/config/carp/standard.ts";
import { directives, parseHaCf } from "../../src/config/hacf.ts";
import type { HaConf } from "../../src/config/haconf.ts";
import { readPage } from "../page.ts";

const file = "/etc/ha.d/ha.cf";

function errorsOf(text: string): string[] {
  return parseHaCf(text, file)
    .problems.filter((problem) => problem.level === "error")
    .map((problem) => `${problem.line}:${problem.column} ${problem.message}`);
}

function warningsOf(text: string): string[] {
  return parseHaCf(text, file)
    .problems.filter((problem) => problem.level === "warning")
    .map((problem) => problem.message);
}

const plainRouter = {
  ...routerDefaults,
  name: "eth0/42",
  device: "eth0",
  vhid: 42,
  addresses: [{ family: 4, address: "10.0.0.9" }],
} as const;

const good: readonly (readonly [string, Partial<HaConf>])[] = [
  ["node Alice bob, carol", { nodes: ["alice", "bob", "carol"] }],
  ["node alice\nnode bob", { nodes: ["alice", "bob"] }],
  ["autojoin any", { autojoin: "any" }],
  ["autojoin other", { autojoin: "other" }],
  ["cluster web", { cluster: "web" }],
  ["uuidfrom nodename", { uuidfrom: "nodename" }],
  ["hbgenmethod time", { hbgenmethod: "time" }],
  ["quorum_server quorum.example", { quorumServer: "quorum.example" }],
  ["keepalive 2", { keepaliveMs: 2000 }],
  ["keepalive 200ms", { keepaliveMs: 200 }],
  ["deadtime 1.5", { deadtimeMs: 1500, warntimeMs: 750, initdeadMs: 12_000, deadpingMs: 1500 }],
  ["deadtime 5999ms", { initdeadMs: 12_000 }],
  ["deadtime 6", { initdeadMs: 12_000 }],
  ["deadtime 8", { initdeadMs: 16_000 }],
  ["deadtime 10", { initdeadMs: 20_000 }],
  ["deadtime 11", { initdeadMs: 11_000 }],
  ["deadtime 2m", { deadtimeMs: 120_000 }],
  ["warntime 3s", { warntimeMs: 3000 }],
  ["initdead 60", { initdeadMs: 60_000 }],
  ["deadping 20", { deadpingMs: 20_000 }],
  ["max_rexmit_delay 100", { maxRexmitDelayMs: 100 }],
  ["max_rexmit_delay 100ms", { maxRexmitDelayMs: 100 }],
  [
    "bcast eth0 eth1",
    {
      media: [
        { kind: "bcast", device: "eth0", port: 694 },
        { kind: "bcast", device: "eth1", port: 694 },
      ],
    },
  ],
  ["udp eth0", { media: [{ kind: "bcast", device: "eth0", port: 694 }] }],
  [
    "ucast eth0 10.0.0.2\nudpport 1694",
    { media: [{ kind: "ucast", device: "eth0", peer: "10.0.0.2", port: 1694 }], udpport: 1694 },
  ],
  ["ucast eth0 bob", { media: [{ kind: "ucast", device: "eth0", peer: "bob", port: 694 }] }],
  [
    "ucast6 eth0 fe80::1%eth0",
    { media: [{ kind: "ucast6", device: "eth0", peer: "fe80::1", port: 694 }] },
  ],
  [
    "udpport 1000\nmcast eth0 239.192.7.7 694 1 0",
    {
      media: [
        { kind: "mcast", device: "eth0", group: "239.192.7.7", port: 694, ttl: 1, loop: false },
      ],
    },
  ],
  [
    "mcast6 eth0 FF02::42 694 4 1",
    {
      media: [{ kind: "mcast6", device: "eth0", group: "ff02::42", port: 694, ttl: 4, loop: true }],
    },
  ],
  ["ping 10.0.0.1", { media: [{ kind: "ping", name: "10.0.0.1", address: "10.0.0.1" }] }],
  ["ping6 fe80::1", { media: [{ kind: "ping6", name: "fe80::1", address: "fe80::1" }] }],
  [
    "ping_group routers 10.0.0.1 gate",
    { media: [{ kind: "ping_group", name: "routers", addresses: ["10.0.0.1", "gate"] }] },
  ],
  [
    "baud 115200\nserial /dev/ttyS0 /dev/ttyS1\nserial_flow none\nserial_ring on",
    {
      media: [
        { kind: "serial", device: "/dev/ttyS0", baud: 115_200, flow: "none" },
        { kind: "serial", device: "/dev/ttyS1", baud: 115_200, flow: "none" },
      ],
      serialRing: true,
    },
  ],
  [
    "serial /dev/ttyS0\nbaud 57600\nserial /dev/ttyS1",
    {
      media: [
        { kind: "serial", device: "/dev/ttyS0", baud: 19_200, flow: "rtscts" },
        { kind: "serial", device: "/dev/ttyS1", baud: 57_600, flow: "rtscts" },
      ],
      baud: 57_600,
    },
  ],
  [
    "serial /dev/ttyS0",
    { media: [{ kind: "serial", device: "/dev/ttyS0", baud: 19_200, flow: "rtscts" }] },
  ],
  ["baud 115200", { baud: 115_200 }],
  ["udpport 65535", { udpport: 65_535 }],
  ["hopfudge 0", { hopfudge: 0 }],
  [
    "ppp-udp /dev/ttyS0 10.0.0.1 /dev/ttyS1 172.31.0.2\nbaud 9600\nserial_flow none",
    {
      media: [
        {
          kind: "ppp",
          device: "/dev/ttyS0",
          local: "10.0.0.1",
          baud: 9600,
          flow: "none",
          port: 694,
        },
        {
          kind: "ppp",
          device: "/dev/ttyS1",
          local: "172.31.0.2",
          baud: 9600,
          flow: "none",
          port: 694,
        },
      ],
    },
  ],
  [
    "ppp /dev/ttyS0 10.0.0.1:10.0.0.2\nppp /dev/ttyUSB0 192.0.2.1: 115200\nudpport 1000",
    {
      media: [
        {
          kind: "ppp",
          device: "/dev/ttyS0",
          local: "10.0.0.1",
          remote: "10.0.0.2",
          baud: 19_200,
          flow: "rtscts",
          port: 1000,
        },
        {
          kind: "ppp",
          device: "/dev/ttyUSB0",
          local: "192.0.2.1",
          baud: 115_200,
          flow: "rtscts",
          port: 1000,
        },
      ],
    },
  ],
  ["auto_failback on", { autoFailback: "on" }],
  ["auto_failback No", { autoFailback: "off" }],
  ["auto_failback legacy", { autoFailback: "legacy" }],
  ["", { autoFailback: "legacy" }],
  ["nice_failback on", { autoFailback: "off" }],
  ["nice_failback off", { autoFailback: "legacy" }],
  ["auto_failback on\nnice_failback on", { autoFailback: "on" }],
  ["stonith external/ssh /etc/x", { stonith: [{ type: "external/ssh", parameters: "/etc/x" }] }],
  ["stonith_host * ssh a b", { stonith: [{ host: "*", type: "ssh", parameters: "a b" }] }],
  ["watchdog /dev/watchdog", { watchdog: "/dev/watchdog" }],
  ["pacemaker off", { pacemaker: "off" }],
  ["crm Manual", { pacemaker: "Manual", children: [{ kind: "pacemaker" }] }],
  ["crm_daemon_dir /usr/lib", {}],
  ["crmd_spawns_pengine off", { crmdSpawnsPengine: false }],
  ["record_config_changes on", {}],
  ["record_pengine_inputs on", {}],
  ["enable_config_writes on", {}],
  ["resource_timeout 90", { resourceTimeoutMs: 90_000 }],
  ["on_stop_failure ignore", { onStopFailure: "ignore" }],
  ["announce_interval 10s", { announceIntervalMs: 10_000 }],
  ["address_lease off", { addressLease: "off" }],
  ["address_lease 5s", { addressLease: { ms: 5000 } }],
  ["address_method ioctl", { addressMethod: "ioctl" }],
  // Everything else about it: test/config/carp.
  [
    "carp eth0 42 10.0.0.9 passfile=/p\ncarp eth0 43 10.0.0.10 passfile=/p",
    {
      routers: [
        { ...plainRouter, passfile: "/p" },
        {
          ...plainRouter,
          name: "eth0/43",
          vhid: 43,
          addresses: [{ family: 4, address: "10.0.0.10" }],
          passfile: "/p",
        },
      ],
    },
  ],
  [
    "apiauth ipfail uid=hacluster,root gid=haclient",
    { apiauth: [{ client: "ipfail", uids: ["hacluster", "root"], gids: ["haclient"] }] },
  ],
  [
    "respawn hacluster /usr/lib/heartbeat/ipfail -v 3",
    {
      children: [
        {
          kind: "respawn",
          user: "hacluster",
          path: "/usr/lib/heartbeat/ipfail",
          line: "/usr/lib/heartbeat/ipfail -v 3",
        },
      ],
    },
  ],
  [
    "failfast root /bin/x  'a  b' $HOME # why\ncrm respawn\nrespawn root /bin/y",
    {
      pacemaker: "respawn",
      children: [
        { kind: "failfast", user: "root", path: "/bin/x", line: "/bin/x  'a  b' $HOME" },
        { kind: "pacemaker" },
        { kind: "respawn", user: "root", path: "/bin/y", line: "/bin/y" },
      ],
    },
  ],
  ["child_timeout 5", { childTimeoutMs: 5000 }],
  [
    "env A=1 B= A=2",
    {
      env: [
        ["B", ""],
        ["A", "2"],
      ],
    },
  ],
  ["use_apphbd off", { useApphbd: false }],
  ["membership on", { membership: true }],
  ["quorum_policy freeze", { quorumPolicy: "freeze" }],
  ["msgfmt netstring", { msgfmt: "netstring" }],
  ["compression bz2", { compression: "bz2" }],
  ["compression_threshold 16", { compressionThresholdKib: 16 }],
  ["traditional_compression yes", { traditionalCompression: true }],
  ["log_badpack FALSE", { logBadpack: false }],
  ["notify /bin/tell", { notify: ["/bin/tell"] }],
  ["notify /bin/tell --to a,b", { notify: ["/bin/tell", "--to", "a,b"] }],
  ["status_page 8694", { statusPage: [{ kind: "tcp", address: "127.0.0.1", port: 8694 }] }],
  [
    "status_page [FD00:0::1]:80 /run/hb.sock",
    {
      statusPage: [
        { kind: "tcp", address: "fd00::1", port: 80 },
        { kind: "unix", path: "/run/hb.sock" },
      ],
    },
  ],
  ["logfile /var/log/ha-log", { logfile: "/var/log/ha-log" }],
  ["debugfile /var/log/ha-debug", { debugfile: "/var/log/ha-debug" }],
  ["logfacility local0", { logfacility: "local0" }],
  ["use_logd on", { useLogd: true }],
  ["conn_logd_time 20", { connLogdMs: 20_000 }],
  ["syslogmsgfmt off", { syslogmsgfmt: false }],
  ["log_format json", { logFormat: "json" }],
  ["debug 3", { debug: 3 }],
  ["realtime n", { realtime: false }],
  ["rtprio 99", { rtprio: 99 }],
  ["memreserve 1", { memreserveKib: 1 }],
  ["coredumps 0", { coredumps: false }],
  ["coreroot /var/cores", { coreroot: "/var/cores" }],
  ["normalpoll off", { normalpoll: false }],
];

test.each(good)("parseHaCf() reads %j", (text, expected) => {
  const { conf } = parseHaCf(text, file);
  expect(errorsOf(text)).toEqual([]);
  expect(conf).toMatchObject(expected as Record<string, unknown>);
});

const bad: readonly (readonly [string, string])[] = [
  ["node al/ice", '1:6 "node" must be a host name: "al/ice" is none'],
  ["autojoin some", '1:10 "autojoin" must be "none" or "other" or "any": "some" is not'],
  ["uuidfrom x", '1:10 "uuidfrom" must be "file" or "nodename": "x" is not'],
  ["hbgenmethod x", '1:13 "hbgenmethod" must be "file" or "time": "x" is not'],
  ["keepalive 0", '1:11 "keepalive" must be at least 1 ms: "0" is zero'],
  ["keepalive x", '1:11 "keepalive" must be a time: "x" is none'],
  ["keepalive 500 ms", '1:15 "keepalive" takes one value: "ms" stands after "500"'],
  ["deadtime 5h", '1:10 "deadtime" must be a time: "5h" is none'],
  ["deadtime -5", '1:10 "deadtime" must be a time: "-5" is none'],
  ["deadtime 1.2.3", '1:10 "deadtime" must be a time: "1.2.3" is none'],
  ["deadtime 99999999", '1:10 "deadtime" must be a time: "99999999" is longer than a year'],
  ["warntime 0ms", '1:10 "warntime" must be at least 1 ms: "0ms" is zero'],
  ["initdead soon", '1:10 "initdead" must be a time: "soon" is none'],
  ["deadping", '1:1 "deadping" misses its value'],
  [
    "max_rexmit_delay 1s",
    '1:18 "max_rexmit_delay" must be a whole number from 1 to 3600000: "1s" is none',
  ],
  ["bcast eth/0", '1:7 "bcast" must name a network interface: "eth/0" is none'],
  ["udp abcdefghijklmnop", '1:5 "udp" must name a network interface: "abcdefghijklmnop" is none'],
  ["ucast eth0", '1:7 "ucast" misses its peer'],
  [
    "ucast eth0 10.0.0.256",
    '1:12 The peer must be an IPv4 address or a host name: "10.0.0.256" is neither',
  ],
  ["ucast eth0 10.0.0.2 10.0.0.3", '1:21 Spare word in "ucast": "10.0.0.3"'],
  [
    "ucast6 eth0 fe80::g",
    '1:13 The peer must be an IPv6 address or a host name: "fe80::g" is neither',
  ],
  [
    "ucast6 eth0 10.0.0.2",
    '1:13 The peer must be an IPv6 address or a host name: "10.0.0.2" is neither',
  ],
  ["ping6 10.0.0.2", '1:7 "ping6" must be an IPv6 address or a host name: "10.0.0.2" is neither'],
  [
    "record_config_changes maybe",
    '1:23 "record_config_changes" must be "on" or "off": "maybe" is neither',
  ],
  ["ucast6 eth0 fe80::1%eth1", '1:13 The scope differs from the device: "eth1" is not "eth0"'],
  ["mcast eth0 239.0.0.1 694 1", '1:26 "mcast" misses its loop'],
  [
    "mcast eth0 10.0.0.1 694 1 0",
    '1:12 The group must be an address of 224.0.0.0 to 239.255.255.255: "10.0.0.1" is not',
  ],
  [
    "mcast eth0 239.0.0.1 0 1 0",
    '1:22 "mcast port" must be a whole number from 1 to 65535: "0" is none',
  ],
  [
    "mcast eth0 239.0.0.1 694 5 0",
    '1:26 "mcast ttl" must be a whole number from 0 to 4: "5" is none',
  ],
  ["mcast eth0 239.0.0.1 694 1 2", '1:28 "mcast loop" must be "on" or "off": "2" is neither'],
  [
    "mcast6 eth0 fe80::1 694 1 0",
    '1:13 The group must be an address of ff00::/8: "fe80::1" is not',
  ],
  ["ping 10.0.0", '1:6 "ping" must be an IPv4 address or a host name: "10.0.0" is neither'],
  ["ping bob\nping_group bob eve", '2:1 Two ping nodes have one name: "bob"'],
  ["ping6 fe80::1::", '1:7 "ping6" must be an IPv6 address or a host name: "fe80::1::" is neither'],
  ["ping_group g", '1:12 "ping_group" needs a name and at least one host: 1 of 2 words are there'],
  ["ping_group g 1.2.3", '1:14 A host must be an IPv4 address or a name: "1.2.3" is neither'],
  ["serial ttyS0", '1:8 "serial" must be an absolute path: "ttyS0" does not begin with "/"'],
  [
    "baud 300",
    '1:6 "baud" must be one of 9600, 19200, 38400, 57600, 115200, 230400, 460800: "300" is not',
  ],
  ["serial_flow xonxoff", '1:13 "serial_flow" must be "rtscts" or "none": "xonxoff" is not'],
  ["serial_ring maybe", '1:13 "serial_ring" must be "on" or "off": "maybe" is neither'],
  ["baud 9600\nbaud 9600", '2:6 "baud" is given twice: line 1 has it'],
  ["udpport 0", '1:9 "udpport" must be a whole number from 1 to 65535: "0" is none'],
  ["udpport 65536", '1:9 "udpport" must be a whole number from 1 to 65535: "65536" is none'],
  ["hopfudge 256", '1:10 "hopfudge" must be a whole number from 0 to 255: "256" is none'],
  ["carp eth0 42", '1:11 "carp" misses its address'],
  ["ppp-udp", '1:1 "ppp-udp" misses its value'],
  [
    "ppp-udp ttyS0 10.0.0.1",
    '1:9 The tty of "ppp-udp" must be an absolute path: "ttyS0" does not begin with "/"',
  ],
  ["ppp-udp /dev/ttyS0 10.0.0.1 /dev/ttyS1", '1:29 "ppp-udp" misses the address of "/dev/ttyS1"'],
  ...["192.0.2.1", "172.32.0.1", "11.0.0.1", "bob", "10.0.0"].map((address): [string, string] => [
    `ppp-udp /dev/ttyS0 ${address}`,
    `1:20 An address of "ppp-udp" must be a private one (RFC 1918): "${address}" is not`,
  ]),
  ["ppp /dev/ttyS0", '1:5 "ppp" misses its LOCAL:REMOTE addresses'],
  ["ppp /dev/ttyS0 1.2.3.4: 9600 x", '1:30 Spare word in "ppp": "x"'],
  [
    "ppp ttyS0 10.0.0.1:",
    '1:5 The tty of "ppp" must be an absolute path: "ttyS0" does not begin with "/"',
  ],
  [
    "ppp /dev/ttyS0 10.0.0.1",
    '1:16 The addresses of "ppp" must be LOCAL:REMOTE: "10.0.0.1" is not',
  ],
  [
    "ppp /dev/ttyS0 :10.0.0.1",
    '1:16 An end of a PPP link must be the IPv4 address of a host: "" is none',
  ],
  ...["bob", "224.0.0.1", "127.0.0.1", "0.0.0.0"].map((address): [string, string] => [
    `ppp /dev/ttyS0 10.0.0.1:${address}`,
    `1:16 An end of a PPP link must be the IPv4 address of a host: "${address}" is none`,
  ]),
  ["ppp /dev/ttyS0 10.0.0.1:10.0.0.1", '1:16 Both ends of a PPP link have one address: "10.0.0.1"'],
  [
    "ppp /dev/ttyS0 10.0.0.1: 300",
    '1:26 "ppp baud" must be one of 9600, 19200, 38400, 57600, 115200, 230400, 460800: "300" is not',
  ],
  [
    "ppp /dev/ttyS0 10.0.0.1:\nppp-udp /dev/ttyS0 10.0.0.2",
    '2:1 "/dev/ttyS0" is used twice: a cable carries one medium',
  ],
  [
    "auto_failback maybe",
    '1:15 "auto_failback" must be "on", "off" or "legacy": "maybe" is none of them',
  ],
  ["nice_failback maybe", '1:15 "nice_failback" must be "on" or "off": "maybe" is neither'],
  ["stonith", '1:1 "stonith" misses its value'],
  ["stonith_host alice", '1:1 "stonith_host" misses its type'],
  [
    "watchdog watchdog",
    '1:10 "watchdog" must be an absolute path: "watchdog" does not begin with "/"',
  ],
  ["watchdog /a\nwatchdog /b", '2:10 "watchdog" is given twice: line 1 has it'],
  [
    "pacemaker maybe",
    '1:11 "pacemaker" must be "off", "on", "respawn", "valgrind", "minimal", "manual" or "ccm-only": "maybe" is none of them',
  ],
  ["child_timeout 0", '1:15 "child_timeout" must be at least 1 ms: "0" is zero'],
  ["crm off\npacemaker off", '2:11 "pacemaker" is given twice: line 1 has it'],
  ["resource_timeout 0", '1:18 "resource_timeout" must be at least 1 ms: "0" is zero'],
  ["on_stop_failure fence", '1:17 "on_stop_failure" must be "ignore" or "reboot": "fence" is not'],
  ["announce_interval x", '1:19 "announce_interval" must be a time: "x" is none'],
  [
    "address_lease 1s",
    '1:15 "address_lease" must be "auto", "off" or a time of at least 2 s: "1s" is less',
  ],
  ["address_method magic", '1:16 "address_method" must be "netlink" or "ioctl": "magic" is not'],
  ["apiauth x", '1:9 "apiauth" misses who may use "x"'],
  ["apiauth x root", '1:11 A right must be "uid=USER,…" or "gid=GROUP,…": "root" is neither'],
  ["apiauth x uid=a\napiauth x uid=b", '2:9 "apiauth" is given twice for "x"'],
  ["respawn root", '1:9 "respawn" needs a user and a path'],
  [
    "respawn root ipfail",
    '1:14 "respawn" needs an absolute path: "ipfail" does not begin with "/"',
  ],
  ["failfast root x", '1:15 "failfast" needs an absolute path: "x" does not begin with "/"'],
  ["env A", '1:5 "env" must be NAME=VALUE: "A" is not'],
  ["use_apphbd perhaps", '1:12 "use_apphbd" must be "on" or "off": "perhaps" is neither'],
  ["membership perhaps", '1:12 "membership" must be "on" or "off": "perhaps" is neither'],
  [
    "quorum_policy suicide",
    '1:15 "quorum_policy" must be "ignore" or "freeze" or "stop": "suicide" is not',
  ],
  ["msgfmt xml", '1:8 "msgfmt" must be "classic" or "netstring": "xml" is not'],
  ["compression lzma", '1:13 "compression" must be "zlib" or "bz2": "lzma" is not'],
  [
    "compression_threshold 0",
    '1:23 "compression_threshold" must be a whole number from 1 to 1000000: "0" is none',
  ],
  [
    "traditional_compression 2",
    '1:25 "traditional_compression" must be "on" or "off": "2" is neither',
  ],
  ["log_badpack x", '1:13 "log_badpack" must be "on" or "off": "x" is neither'],
  ["notify tell", '1:8 "notify" must be an absolute path: "tell" does not begin with "/"'],
  ["notify /a\nnotify /b", '2:1 "notify" is given twice'],
  [
    "status_page alice:80",
    '1:13 "status_page" must be a port, ADDRESS:PORT or an absolute path: "alice" is no IPv4 address',
  ],
  [
    "status_page fd00::1:80",
    '1:13 "status_page" must be a port, ADDRESS:PORT or an absolute path: "fd00::1:80" is neither',
  ],
  [
    "status_page 65536",
    '1:13 "status_page" must be a port, ADDRESS:PORT or an absolute path: there is no port 65536',
  ],
  ["status_page 8694\nstatus_page 127.0.0.1:8694", '2:13 "127.0.0.1:8694" is given twice'],
  ["logfile ha-log", '1:9 "logfile" must be an absolute path: "ha-log" does not begin with "/"'],
  ["debugfile x", '1:11 "debugfile" must be an absolute path: "x" does not begin with "/"'],
  ["logfacility local9", '1:13 "logfacility" must be a facility of syslog: "local9" is none'],
  ["use_logd x", '1:10 "use_logd" must be "on" or "off": "x" is neither'],
  ["conn_logd_time x", '1:16 "conn_logd_time" must be a time: "x" is none'],
  ["log_format xml", '1:12 "log_format" must be "text" or "json" or "classic": "xml" is not'],
  ["syslogmsgfmt x", '1:14 "syslogmsgfmt" must be "on" or "off": "x" is neither'],
  ["debug 256", '1:7 "debug" must be a whole number from 0 to 255: "256" is none'],
  ["realtime x", '1:10 "realtime" must be "on" or "off": "x" is neither'],
  ["rtprio 0", '1:8 "rtprio" must be a whole number from 1 to 99: "0" is none'],
  ["rtprio 100", '1:8 "rtprio" must be a whole number from 1 to 99: "100" is none'],
  ["memreserve 0", '1:12 "memreserve" must be a whole number from 1 to 100000000: "0" is none'],
  ["coredumps x", '1:11 "coredumps" must be "on" or "off": "x" is neither'],
  ["coreroot x", '1:10 "coreroot" must be an absolute path: "x" does not begin with "/"'],
  ["normalpoll x", '1:12 "normalpoll" must be "on" or "off": "x" is neither'],
  ["cluster", '1:1 "cluster" misses its value'],
  ["quorum_server", '1:1 "quorum_server" misses its value'],
  ["pacemaker", '1:1 "pacemaker" misses its value'],
  ["crm", '1:1 "crm" misses its value'],
  ["crm_daemon_dir", '1:1 "crm_daemon_dir" misses its value'],
  ["crmd_spawns_pengine", '1:1 "crmd_spawns_pengine" misses its value'],
  ["record_config_changes", '1:1 "record_config_changes" misses its value'],
  ["record_pengine_inputs", '1:1 "record_pengine_inputs" misses its value'],
  ["enable_config_writes", '1:1 "enable_config_writes" misses its value'],
  ["rds eth0", '1:1 hb does not have the medium "rds"'],
  ["deadtme 5", '1:1 Unknown directive "deadtme"'],
  ["Deadtime 5", '1:1 Unknown directive "Deadtime"'],
  ["__proto__ 5", '1:1 Unknown directive "__proto__"'],
  ["constructor 5", '1:1 Unknown directive "constructor"'],
];

test.each(bad)("parseHaCf() says what is wrong with %j", (text, message) => {
  expect(errorsOf(text)).toEqual([message]);
});

describe("the tables above", () => {
  test.each(Object.keys(directives))("directives has a good and a bad line for %s", (name) => {
    const tried = (rows: readonly (readonly [string, unknown])[]) =>
      rows.some(([text]) => text.split(/[ \n]/).includes(name));
    expect(tried(good)).toBe(true);
    expect(tried(bad)).toBe(true);
  });
});

test.each([
  ["udp eth0", 'The directive "udp" is now called "bcast"'],
  ["quorum_server q", "hb does not ask a quorum server yet: this line has no effect"],
  ["crm_daemon_dir /x", '"crm_daemon_dir" has no effect: programs are where hb looks for them'],
  ["compression bz2", '"compression" has no effect in hb: its messages are too small to compress'],
  [
    "compression_threshold 9",
    '"compression_threshold" has no effect in hb: its messages are too small to compress',
  ],
  [
    "traditional_compression on",
    '"traditional_compression" has no effect in hb: its messages are too small to compress',
  ],
  ["log_badpack Off", '"log_badpack" has no effect in hb: rejected packets are counted and logged'],
  [
    "coredumps no",
    '"coredumps" has no effect in hb: the limits and the core_pattern of the kernel count',
  ],
  [
    "coreroot /var/cores",
    '"coreroot" has no effect in hb: the limits and the core_pattern of the kernel count',
  ],
  ["normalpoll false", '"normalpoll" has no effect in hb: it has one way to wait'],
  [
    "nice_failback on",
    'The directive "nice_failback" is obsolete: it is read as "auto_failback off"',
  ],
  ["keepalive 1\nkeepalive 2", '"keepalive" is given twice, the last one counts: line 1 says "1"'],
  ["node a b a", 'Node "a" is named twice'],
  ["bcast eth0\nbcast eth0", "The same medium is given twice: once is enough"],
  ["bcast eth0\rnode a", "Text after a carriage return is not read"],
])("parseHaCf() warns of %j", (text, message) => {
  expect(warningsOf(text)).toEqual([message]);
});

const usual = ["compression zlib", "compression_threshold 2", "traditional_compression no"].concat([
  "log_badpack TRUE",
  "coredumps on",
  "normalpoll yes",
]);

test.each(["use_logd off", "use_apphbd on", "keepalive 1\nkeepalive 1", ...usual])(
  "parseHaCf() has nothing to say about %j",
  (text) => {
    expect(parseHaCf(text, file).problems).toEqual([]);
  },
);

test("parseHaCf() reads what Heartbeat reads: comments anywhere, CR LF, tabs, commas", () => {
  const text = "# c\r\n\t keepalive\t1# c\r\nnode a,b\tc # d e\r\n\r\n   \r\nbcast eth0#eth1\r\n";
  const { conf, problems } = parseHaCf(text, file);
  expect(problems).toEqual([]);
  expect(conf).toMatchObject({ keepaliveMs: 1000, nodes: ["a", "b", "c"] });
  expect(conf.media).toHaveLength(1);
});

test("parseHaCf() takes the service's port unless udpport is given", () => {
  expect(parseHaCf("bcast eth0", file, 1001).conf.media).toMatchObject([{ port: 1001 }]);
  expect(parseHaCf("bcast eth0\nudpport 7", file, 1001).conf.media).toMatchObject([{ port: 7 }]);
});

// 3.0.6 says on stderr that it "must precede media statements", wherever it stands, and takes it everywhere.
test("parseHaCf() takes udpport above, between and below its media, and says nothing", () => {
  const media = ["bcast eth0", "ucast eth1 10.0.0.2"];
  for (const place of [0, 1, 2]) {
    const { conf, problems } = parseHaCf(
      media.toSpliced(place, 0, "udpport 1694").join("\n"),
      file,
    );
    expect(problems).toEqual([]);
    expect(conf.media).toMatchObject([{ port: 1694 }, { port: 1694 }]);
  }
});

test("parseHaCf() says of crm_daemon_dir where it looks, and that 3.0.6 refuses it", () => {
  const [problem] = parseHaCf("crm_daemon_dir /usr/lib/heartbeat", file).problems;
  expect(problem?.level).toBe("warning");
  expect(problem?.hint).toMatch(/^It looks in \/.*; 3\.0\.6 refuses it$/);
});

test("parseHaCf() refuses a line that Heartbeat would tear", () => {
  expect(errorsOf(`node ${"a ".repeat(2600)}`)).toEqual([
    "1:1 The line is too long: 5205 characters, at most 5119 are read",
  ]);
});

test("parseHaCf() names no more nodes than Heartbeat can hold", () => {
  const names = Array.from({ length: 101 }, (_, n) => `n${n}`);
  expect(errorsOf(`node ${names.join(" ")}`)).toEqual([
    expect.stringContaining("Too many nodes: at most 100 are possible"),
  ]);
});

/** As docs/directives.md has it. */
const own = [
  ...readPage("docs/directives.md").matchAll(/^\| `(\w+) .*(?:hb's own\*\*|only hb):/gm),
].map(([, name = ""]) => name);

test("parseHaCf() says of a line without its value that Heartbeat ignores it, where Heartbeat knows it", () => {
  const hintOf = (name: string) => parseHaCf(name, file).problems[0]?.hint;
  const others = Object.keys(directives).filter((name) => hintOf(name)?.includes("Heartbeat"));
  expect(own.length).toBeGreaterThan(10);
  expect(others.toSorted()).toEqual(
    Object.keys(directives)
      .filter((name) => !own.includes(name))
      .toSorted(),
  );
  expect(hintOf("notify")).toBe('Write it, or leave the line out: "hb show man ha.cf"');
});
