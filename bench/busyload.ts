// What takes a processor and speaks to nobody: beside a daemon without clients it shows what a busy machine alone costs the
// heartbeat.
//
//   busyload.ts PERCENT

const TICK_MS = 10;
const share = Number(process.argv[2]) / 100;
let owedMs = 0;
let last = performance.now();

setInterval(() => {
  const began = performance.now();
  // What could not be had in a second is not made up for.
  owedMs = Math.min(1_000, owedMs + (began - last) * share);
  last = began;
  const until = began + Math.min(owedMs, TICK_MS);
  while (performance.now() < until);
  owedMs -= performance.now() - began;
}, TICK_MS);
