// The files of an agent, read at its start and at each reload: with what its command line says against them, and
// with whether ha.cf is another one by now.

import { statSync } from "node:fs";
import { parseTestLoss } from "../config/testloss.ts";
import { readTextIfThere } from "./disk.ts";
import type { Places } from "./place.ts";
import { readSettings, type Settings } from "./settings.ts";

/** Where it is given it counts, whatever the files say. */
export interface Amendment {
  readonly realtime?: false;
  /** Addresses and services are not this agent's business. */
  readonly managesResources?: false;
  /** The form of the log where ha.cf names none. */
  readonly usualLogFormat?: "classic";
}

export type Reading = Settings & {
  /** ha.cf was written since it was read before. */
  readonly isHaCfNew: boolean;
};

export class SettingsReader {
  readonly #places: Places;
  readonly #amendment: Amendment;
  #haCfAt: number | undefined;

  constructor(places: Places, amendment: Amendment = {}) {
    this.#places = places;
    this.#amendment = amendment;
  }

  async read(): Promise<Reading> {
    const before = this.#haCfAt;
    this.#haCfAt = statSync(this.#places.haCf, { throwIfNoEntry: false })?.mtimeMs;
    const settings = amended(await readSettings(this.#places), this.#amendment);
    const isHaCfNew = before !== this.#haCfAt;
    return { ...withTestLoss(settings, this.#places.onlyForTesting), isHaCfNew };
  }
}

/** What a test wants lost, and a warning that it is. */
function withTestLoss(settings: Settings, file: string): Settings {
  const text = readTextIfThere(file);
  if (text === undefined || !settings.good) return settings;
  const { loss, problems } = parseTestLoss(text, file);
  const cluster = { ...settings.cluster, testLoss: loss };
  return { ...settings, cluster, problems: [...settings.problems, ...problems] };
}

function amended(settings: Settings, amendment: Amendment): Settings {
  const { realtime, managesResources, usualLogFormat } = amendment;
  const conf = {
    ...settings.conf,
    ...(realtime !== undefined && { realtime }),
    ...(usualLogFormat !== undefined &&
      settings.conf.written.log_format === undefined && { logFormat: usualLogFormat }),
  };
  if (!settings.good) return { ...settings, conf };
  const cluster = {
    ...settings.cluster,
    ...(realtime !== undefined && { realtime }),
    ...(managesResources !== undefined && { managesResources, groups: [] }),
  };
  return { ...settings, conf, cluster };
}
