// The time of a made-up world, as far as its parts need to know it.

export interface Time {
  readonly now: number;
  plan(at: number, act: () => void): void;
}
