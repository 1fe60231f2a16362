/**
 * What is told in passing: a line at the foot of the page, and words for screen readers.
 * @module say
 */

import { byId, setText } from "./dom.js";

const TOAST_MS = 3500;
/** A moving camera would talk without end; a sentence every so often can be listened to. */
const BREATH_MS = 2500;

let toastTimer = 0;
let lastSaid = 0;
let saying = 0;

/** @param {string} text */
export function toast(text) {
  setText(byId("toast"), text);
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => setText(byId("toast"), ""), TOAST_MS);
}

/** Says the newest text to screen readers, with a breath between two. @param {string} text */
export function say(text) {
  clearTimeout(saying);
  saying = setTimeout(() => {
    lastSaid = performance.now();
    setText(byId("said"), text);
  }, Math.max(0, lastSaid + BREATH_MS - performance.now()));
}

/**
 * What an error tells, in sentences: the server says what it found, then what to do.
 * @param {any} error
 */
export function messageOf({ message, hint }) {
  return [message, hint].filter(Boolean).map(sentence).join(" ");
}

/** @param {string} words */
function sentence(words) {
  return `${words[0].toUpperCase()}${words.slice(1)}${/[.!?]$/.test(words) ? "" : "."}`;
}

/**
 * Asks before something is lost for good.
 * @param {{title: string, text: string, yes: string}} question
 * @returns {Promise<boolean>}
 */
export function areYouSure({ title, text, yes }) {
  const dialog = byId("sure");
  setText(byId("sure-title"), title);
  setText(byId("sure-text"), text);
  setText(byId("sure-yes"), yes);
  dialog.returnValue = "";
  byId("sure-yes").onclick = () => dialog.close("yes");
  byId("sure-no").onclick = () => dialog.close();
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
