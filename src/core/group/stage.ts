// A group's resources as the stages in which they start and stop: consecutive addresses are one
// stage (the pulse puts a thousand of them up in one go), every script is a stage of its own.

import type {
  AddressResource,
  GroupSpec,
  PulseResource,
  Resource,
  ScriptResource,
} from "../../config/resource.ts";

export type Stage =
  | { readonly kind: "pulse"; readonly resources: readonly (AddressResource | PulseResource)[] }
  | { readonly kind: "script"; readonly resource: ScriptResource };

/** The stages of a group, in start order. */
export function stagesOf(resources: readonly Resource[]): Stage[] {
  const stages: Stage[] = [];
  let run: (AddressResource | PulseResource)[] = [];
  for (const resource of resources) {
    if (resource.kind !== "script") {
      run.push(resource);
      continue;
    }
    if (run.length > 0) stages.push({ kind: "pulse", resources: run });
    run = [];
    stages.push({ kind: "script", resource });
  }
  if (run.length > 0) stages.push({ kind: "pulse", resources: run });
  return stages;
}

/** The resource words of a stage, as written in haresources. */
export function wordsOf(stage: Stage): string[] {
  if (stage.kind === "script") return [stage.resource.word];
  return stage.resources.map((resource) => resource.word);
}

export function sameSpec(one: GroupSpec, other: GroupSpec): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** The words of a group that can be announced. */
export function announceable(spec: GroupSpec): string[] {
  return spec.resources.flatMap((resource) =>
    resource.kind === "address" || resource.kind === "sendarp" ? [resource.word] : [],
  );
}
