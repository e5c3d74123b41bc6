// The files of an agent, read at its start and at each reload: with what its command line says against them, and
// with whether ha.cf is another one by now.

import { statSync } from "node:fs";
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
    return { ...settings, isHaCfNew: before !== this.#haCfAt };
  }
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
