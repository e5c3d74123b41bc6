// Operators' commands that the core has not answered yet. Each is answered exactly once: by the
// core, or by us when the core that was asked is gone.

export interface Reply {
  readonly ok: boolean;
  readonly text: string;
}

export class Pending {
  readonly #open = new Map<number, (reply: Reply) => void>();
  #last = 0;

  /** A fresh number for a command, and its answer to come. */
  open(): { readonly request: number; readonly reply: Promise<Reply> } {
    this.#last += 1;
    const { promise, resolve } = Promise.withResolvers<Reply>();
    this.#open.set(this.#last, resolve);
    return { request: this.#last, reply: promise };
  }

  /** The answer to one; a second answer, or one to a number of another life, is ignored. */
  answer(request: number, reply: Reply): void {
    this.#open.get(request)?.(reply);
    this.#open.delete(request);
  }

  /** Nobody will answer these any more. */
  answerAll(reply: Reply): void {
    for (const request of [...this.#open.keys()]) this.answer(request, reply);
  }
}
