// Whether the times of ha.cf fit each other (heartbeat-config 1 "Checks after reading"), and whether a
// real host can keep them.

import type { View } from "./checkhacf.ts";
import { sayTime } from "./unit.ts";

/** Below this a busy host's own scheduling is as long as the interval. */
const keepaliveMsSane = 10;
/** Below this one lost packet is a death. */
const lossesSane = 3;
/** Somebody forgot that seconds are meant. */
const deadtimeMsSane = 600_000;
/** Heartbeat's own limit: switches and hosts need that long to be up after a power cut. */
const initdeadMsSane = 10_000;

/** All checks of the times. */
export function checkTiming({ conf, report, spot }: View): void {
  const { keepaliveMs, deadtimeMs, warntimeMs, initdeadMs, deadpingMs } = conf;
  const line = (name: string) => {
    const word = spot(name);
    return word === undefined ? "the default" : `line ${word.line}`;
  };

  if (deadtimeMs <= 2 * keepaliveMs) {
    report.error(
      spot("deadtime") ?? spot("keepalive"),
      `"deadtime" must exceed twice "keepalive": ${sayTime(deadtimeMs)} is not more than ` +
        `2 × ${sayTime(keepaliveMs)}`,
      `Raise deadtime, or lower keepalive (${line("keepalive")})`,
    );
  } else if (deadtimeMs < lossesSane * keepaliveMs) {
    report.warning(
      spot("deadtime") ?? spot("keepalive"),
      `"deadtime" is less than ${lossesSane} × "keepalive": two lost packets are a death`,
    );
  }
  if (spot("deadping") !== undefined && deadpingMs <= 2 * keepaliveMs) {
    report.error(
      spot("deadping"),
      `"deadping" must exceed twice "keepalive": ${sayTime(deadpingMs)} is not more than ` +
        `2 × ${sayTime(keepaliveMs)}`,
      `Raise deadping, or lower keepalive (${line("keepalive")})`,
    );
  }
  if (initdeadMs < deadtimeMs) {
    report.error(
      spot("initdead"),
      `"initdead" must not be less than "deadtime": ${sayTime(initdeadMs)} is less than ` +
        sayTime(deadtimeMs),
      `Raise initdead, or lower deadtime (${line("deadtime")})`,
    );
  } else if (initdeadMs < initdeadMsSane) {
    report.warning(
      spot("initdead"),
      `"initdead" may be too short: ${sayTime(initdeadMs)}, at least 10 s are usual`,
      "After a power cut, hosts and switches need their time to come up",
    );
  }
  if (warntimeMs >= deadtimeMs) {
    report.warning(
      spot("warntime"),
      `"warntime" is not less than "deadtime": no warning comes before a death`,
      `Lower warntime below ${sayTime(deadtimeMs)} (deadtime, ${line("deadtime")})`,
    );
  }
  if (keepaliveMs < keepaliveMsSane) {
    const message = `"keepalive" is very short: ${sayTime(keepaliveMs)}`;
    report.warning(spot("keepalive"), message, `${keepaliveMsSane}ms and more are safe`);
  }
  if (deadtimeMs > deadtimeMsSane) {
    const word = spot("deadtime");
    const message = `"deadtime" is very long: ${sayTime(deadtimeMs)}`;
    const hint = `Without a unit it is in seconds: are milliseconds meant ("${word?.text}ms")?`;
    report.warning(word, message, /^[\d.]+$/.test(word?.text ?? "") ? hint : undefined);
  }
}
