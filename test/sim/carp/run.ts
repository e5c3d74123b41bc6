// Plays a plan of a virtual router and judges it. A run in which a host heard adverts that must change nothing is
// played a second time, and they do not come to its mind: its twin. What can be seen of both must be the
// same (law "forgery"), down to the counters.

import type { Plan } from "../../../src/sim/shape.ts";
import type { Onlooker, Sight } from "../../../src/sim/sight.ts";
import type { HeardAdvert } from "../../../src/wire/carp/heard.ts";
import { advertIntervalMs, deadIntervalMs } from "../../../src/wire/carp/timing.ts";
import type { Outcome, PlayOptions } from "../kind.ts";
import { Judge } from "./law/judge.ts";
import { routerOf } from "./world/breed.ts";
import { Segment } from "./world/segment.ts";

/** How often the judge looks at what does not happen. */
const lookMs = 250;
/** The end comes early when nothing has moved for so long. */
const calmMs = 45_000;
/** Retries come a minute apart at most, naps take ten seconds. */
const restMs = 75_000;
/** Doubts about seals take ten minutes. */
const lapseMs = 600_000;

export function run(plan: Plan, { spectator, until }: PlayOptions = {}): Outcome {
  const judge = new Judge(plan.shape, quietMsOf(plan), (violation) => {
    spectator?.({ saw: "violation", violation }, violation.at);
  });
  const story: string[] = [];
  let hasTwin = false;
  const notice: Onlooker = (sight) => {
    if (sight.saw !== "advert-heard" || sight.rejected !== undefined) return;
    hasTwin ||= judge.refuses(sight.node, sight.advert);
  };
  const onlookers = [notice, judge.see, scribe(story)];
  if (spectator !== undefined) onlookers.unshift(spectator);
  const segment = new Segment(plan.shape, { onlookers, logs: spectator !== undefined });
  const isOver = () => until !== undefined && judge.violations.some(until);
  try {
    playActs(plan, segment, judge, isOver);
    if (!isOver()) judge.verdict(segment.now);
    const difference = hasTwin && !isOver() ? twinOf(plan, story) : undefined;
    if (difference !== undefined) {
      const violation = { law: "forgery", ...difference };
      judge.violations.push(violation);
      spectator?.({ saw: "violation", violation }, violation.at);
    }
  } catch (error) {
    judge.thrown(error);
  }
  return { violations: judge.violations, nodeMs: segment.now * plan.shape.hosts.length };
}

function playActs({ acts, endMs }: Plan, segment: Segment, judge: Judge, isOver: () => boolean) {
  const advance = (to: number) => {
    while (segment.now < to && !isOver()) {
      segment.advance(Math.min(lookMs, to - segment.now));
      judge.tick(segment.now);
    }
  };
  for (const { at, ...act } of acts) {
    advance(at);
    if (isOver()) return;
    segment.act(act);
  }
  while (segment.now < endMs && !judge.isPeaceful(calmMs) && !isOver()) {
    advance(Math.min(endMs, segment.now + 20 * lookMs));
  }
}

/** Where the run differs from the same one without what must change nothing. */
function twinOf(plan: Plan, story: readonly string[]) {
  const judge = new Judge(plan.shape, Number.POSITIVE_INFINITY);
  const spared: string[] = [];
  const onlookers = [judge.see, scribe(spared)];
  playActs(
    plan,
    new Segment(plan.shape, { onlookers, withholds: judge.refuses, logs: false }),
    judge,
    () => false,
  );
  const n = story.findIndex((line, place) => line !== spared[place]);
  if (n < 0 && story.length === spared.length) return undefined;
  const place = n < 0 ? story.length : n;
  const [ours = "nothing", twin = "nothing"] = [story[place], spared[place]];
  const text = `"${ours}", but without what must change nothing: "${twin}"`;
  return { at: Number.parseFloat(ours) || 0, text };
}

/** Writes down what a client of the segment could notice. */
function scribe(story: string[]): Onlooker {
  return (sight, now) => {
    const line = noticed(sight);
    if (line !== undefined) story.push(`${now} ${line}`);
  };
}

function noticed(sight: Sight): string | undefined {
  switch (sight.saw) {
    case "advert":
      return `${sight.node} says ${wordsOf(sight.advert)}`;
    case "address":
      return `${sight.node} ${sight.up ? "+" : "-"}`;
    case "announce":
      return `${sight.node} announces`;
    case "script":
      return `${sight.node} ${sight.action} ${sight.phase}`;
    case "process":
      return `${sight.node} ${sight.alive ? "begins" : "ends"}`;
    case "answered":
      return `${sight.node} answers ${sight.text}`;
    default:
      return undefined;
  }
}

function wordsOf({ advbase, advskew, demote, counter, seal }: HeardAdvert): string {
  return [advbase, advskew, demote, counter, seal?.number].join(" ");
}

/** How long after the last disturbance nothing may move any more. */
function quietMsOf({ shape, acts }: Plan): number {
  const routers = shape.hosts.map(({ config }) => routerOf(config));
  const dead = routers.map((router) => deadIntervalMs(router, router.deadratio));
  const interval = Math.max(...routers.map(advertIntervalMs));
  const doubtsSeals = acts.some(
    ({ act }) => act === "lose" || act === "breed" || act === "disk" || act === "clock",
  );
  return restMs + 3 * Math.max(...dead) + 8 * interval + (doubtsSeals ? lapseMs : 0);
}
