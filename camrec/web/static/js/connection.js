/**
 * Whether the server answers, and how long to wait where it does not.
 *
 * States: `here`, `busy` (it asks for patience), `gone` (nobody answers), `locked` (it wants its token).
 * @module connection
 */

import { sleep } from "./time.js";

const FIRST_KNOCK_MS = 300;
const LAST_KNOCK_MS = 2000;

/** An answer of the server that is an error: `{"error": {code, message, hint}}`. */
export class Refusal extends Error {
  /**
   * @param {number} status
   * @param {{code?: string, message?: string, hint?: string}} told
   * @param {number} retryAfter seconds
   */
  constructor(status, told, retryAfter = 1) {
    super(told.message ?? `The server answered with status ${status}.`);
    this.status = status;
    this.code = told.code ?? "";
    this.hint = told.hint ?? "";
    this.retryAfter = retryAfter;
  }
}

/** Nobody answered. */
export class Silence extends Error {}

/** Tells `state` when it changes, and `back` when somebody answers who did not before. */
export class Connection extends EventTarget {
  /** @type {"here"|"busy"|"gone"|"locked"} */
  state = "here";
  /** @type {Promise<void>|null} */
  #knocking = null;

  /** @param {"here"|"busy"|"gone"|"locked"} state */
  tell(state) {
    if (state === this.state) return;
    const away = this.state === "gone" || this.state === "locked";
    this.state = state;
    this.dispatchEvent(new Event("state"));
    if (away && state === "here") this.dispatchEvent(new Event("back"));
    if (state === "gone") this.#untilAnswered();
  }

  /**
   * Waits until it is worth asking again; throws what no waiting mends.
   * @param {unknown} error
   * @param {AbortSignal} [signal]
   */
  async recover(error, signal) {
    if (error instanceof Refusal && error.status === 503) return sleep(1000 * error.retryAfter, signal);
    if (!(error instanceof Silence)) throw error;
    await this.#untilAnswered();
    signal?.throwIfAborted();
  }

  /** Waits until somebody answers; one knocks for all. */
  #untilAnswered() {
    return (this.#knocking ??= this.#knock());
  }

  /** Knocks until somebody answers, whatever the answer; this address needs no token. */
  async #knock() {
    for (let pause = FIRST_KNOCK_MS; ; pause = Math.min(LAST_KNOCK_MS, 1.5 * pause)) {
      await sleep(pause);
      const answer = await fetch("/api/health", { cache: "no-store" }).catch(() => null);
      if (!answer) continue;
      this.#knocking = null; // before it is told: who is told may find that nobody answers again
      return this.tell("here");
    }
  }
}
