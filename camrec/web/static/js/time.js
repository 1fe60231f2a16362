/**
 * Waiting: once, until aborted, until quiet.
 * @module time
 */

/**
 * @param {number} milliseconds
 * @param {AbortSignal} [signal] ends the wait with its reason
 * @returns {Promise<void>}
 */
export function sleep(milliseconds, signal) {
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener("abort", stop);
    function done() {
      signal?.removeEventListener("abort", stop);
      resolve();
    }
    function stop() {
      clearTimeout(timer);
      reject(signal?.reason);
    }
  });
}

/**
 * Calls `act` once things have been quiet for a while.
 * @param {() => void} act
 * @param {number} milliseconds
 */
export function whenQuiet(act, milliseconds) {
  let timer = 0;
  return () => {
    clearTimeout(timer);
    timer = setTimeout(act, milliseconds);
  };
}

/**
 * Runs an asynchronous job so that one is under way at most, and the newest wish is never lost: asked for while one
 * runs, it runs once more afterwards.
 * @param {() => Promise<void>} job
 * @returns {() => Promise<void>}
 */
export function oneAtATime(job) {
  let running = false;
  let again = false;
  return async function run() {
    again = true;
    if (running) return;
    running = true;
    try {
      while (again) {
        again = false;
        await job();
      }
    } finally {
      running = false;
    }
  };
}
