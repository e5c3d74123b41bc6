// The programs that can run on a made-up host, and what they are like as programs.

import type { ClusterConfig } from "../../../../src/config/cluster.ts";
import type { RouterConfig } from "../../../../src/config/router.ts";
import type { Boot } from "../../../../src/core/boot.ts";
import { RouterCore } from "../../../../src/core/carp/routercore.ts";
import type { Instant } from "../../../../src/core/instant.ts";
import type { Breed, Mind } from "../../../../src/sim/shape.ts";
import { BsdMind } from "../../neighbour/bsd/mind.ts";
import { Ucarp } from "../../neighbour/ucarp/ucarp.ts";

export function routerOf(config: ClusterConfig): RouterConfig {
  const [router] = config.routers;
  if (router === undefined) throw new Error(`${config.self} has no virtual router`);
  return router;
}

export interface Birth {
  readonly boot: Boot;
  readonly now: Instant;
  readonly random64: () => bigint;
}

export function mindOf(breed: Breed, config: ClusterConfig, { boot, now, random64 }: Birth): Mind {
  switch (breed) {
    case "ucarp":
      return new Ucarp(routerOf(config), boot, now);
    case "openbsd":
    case "freebsd":
      return new BsdMind(breed, routerOf(config), random64);
    default:
      return new RouterCore(config, boot, now);
  }
}

/** It is part of the kernel: it ends with its host, and speaks with BSD's virtual MAC. */
export function isKernel(breed: Breed): boolean {
  return breed === "openbsd" || breed === "freebsd";
}

/** The settings with which this program runs here: ucarp has no other hands than its scripts. */
export function configFor(breed: Breed, router: RouterConfig): RouterConfig {
  // Only under ucarp's name it may leave everything where it is.
  if (breed === "hb" && !router.likeUcarp) return { ...router, shutdown: true };
  if (breed !== "ucarp") return router;
  return { ...router, holdsAddresses: false, upScript: "/up", downScript: "/down" };
}
