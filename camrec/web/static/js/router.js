/**
 * The tabs: one view open at a time, its name in the address after `#`.
 * @module router
 */

import { byId } from "./dom.js";

export const VIEWS = ["camera", "pictures", "draw", "about"];

/**
 * @param {(name: string) => void} opened is told every view that opens, the first one too
 */
export function startRouter(opened) {
  const tabs = VIEWS.map((name) => byId(`tab-${name}`));
  tabs.forEach((tab, index) => {
    tab.addEventListener("click", () => goTo(VIEWS[index]));
    tab.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => moveAlong(tabs, index, event));
  });
  addEventListener("hashchange", () => opened(show(current())));
  opened(show(current()));
}

/** @param {string} name */
export function goTo(name) {
  location.hash = name;
}

export function current() {
  const name = location.hash.slice(1);
  return VIEWS.includes(name) ? name : VIEWS[0];
}

/** @param {string} open */
function show(open) {
  for (const name of VIEWS) {
    byId(name).hidden = name !== open;
    byId(`tab-${name}`).setAttribute("aria-selected", String(name === open));
    byId(`tab-${name}`).tabIndex = name === open ? 0 : -1;
  }
  byId("app").dataset.view = open;
  scrollTo(0, 0);
  return open;
}

/** @param {HTMLElement[]} tabs @param {number} index @param {KeyboardEvent} event */
function moveAlong(tabs, index, event) {
  const steps = /** @type {{[key: string]: number}} */ ({ ArrowRight: index + 1, ArrowLeft: index - 1, Home: 0, End: -1 });
  if (!(event.key in steps)) return;
  event.preventDefault();
  const next = (steps[event.key] + tabs.length) % tabs.length;
  tabs[next].focus();
  goTo(VIEWS[next]);
}
