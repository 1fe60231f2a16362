/**
 * The tabs: one view open at a time, its name in the address after `#`.
 * @module router
 */

import { byId } from "./dom.js";

export const VIEWS = ["camera", "pictures", "draw", "about"];

/** @type {(name: string) => void} */
let tellOpened = () => {};

/**
 * @param {(name: string) => void} opened is told every view that opens, the first one too
 */
export function startRouter(opened) {
  tellOpened = opened;
  const tabs = VIEWS.map((name) => byId(`tab-${name}`));
  tabs.forEach((tab, index) => {
    tab.addEventListener("click", () => goTo(VIEWS[index]));
    tab.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => moveAlong(tabs, index, event));
  });
  addEventListener("hashchange", open);
  addEventListener("popstate", open);
  open();
}

/** @param {string} name */
export function goTo(name) {
  if (name === current()) return;
  // Setting location.hash would move the focus from the tab to the view.
  history.pushState(null, "", `#${name}`);
  open();
}

export function current() {
  const name = location.hash.slice(1);
  // What names no view leads to a place in the one that is open, as the link to the numbers does.
  return VIEWS.includes(name) ? name : (byId("app").dataset.open ?? VIEWS[0]);
}

function open() {
  const name = current();
  if (byId("app").dataset.open === name) return;
  for (const each of VIEWS) {
    byId(each).hidden = each !== name;
    byId(`tab-${each}`).setAttribute("aria-selected", String(each === name));
    byId(`tab-${each}`).tabIndex = each === name ? 0 : -1;
  }
  byId("app").dataset.open = name;
  scrollTo(0, 0);
  tellOpened(name);
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
