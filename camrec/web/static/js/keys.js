/**
 * Single keys that do something anywhere, unless a person is typing or has switched them off.
 * @module keys
 */

import { recall } from "./preferences.js";

/** @type {Map<string, () => boolean|void>} */
const keys = new Map();

/**
 * @param {string} key as `KeyboardEvent.key` tells it
 * @param {() => boolean|void} act returns false where the key means nothing now
 */
export function onKey(key, act) {
  keys.set(key, act);
}

export function startKeys() {
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (!recall("keys", true) || isTyping(event)) return;
    const act = keys.get(event.key);
    if (act && act() !== false) event.preventDefault();
  });
}

/** Fields take every key; a focused button keeps the space bar for itself. @param {KeyboardEvent} event */
function isTyping({ target, key }) {
  if (!(target instanceof Element)) return false;
  if (target.closest("input:not([type=range]):not([type=checkbox]), select, textarea, dialog")) return true;
  return key === " " && target.closest("button, a, input") !== null;
}
