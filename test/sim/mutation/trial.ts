// Plays one story by the core as this process loaded it, and prints as JSON what was broken until the law
// was: trial.ts STORY LAW

import { heartbeat } from "../heartbeat.ts";
import { stories } from "./story.ts";

const [name, wanted] = process.argv.slice(2);
const plan = Object.entries(stories).find(([each]) => each === name)?.[1];
if (plan === undefined) throw new Error(`no story "${name}"`);
const { violations } = heartbeat.play(plan, { until: ({ law }) => law === wanted });
process.stdout.write(`${JSON.stringify(violations)}\n`);
