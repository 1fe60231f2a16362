/**
 * Light or dark: the system's choice until a person makes one.
 * @module theme
 */

import { byId } from "./dom.js";
import { remember } from "./preferences.js";

export function startTheme() {
  byId("theme").addEventListener("click", () => {
    const theme = isDark() ? "light" : "dark";
    document.documentElement.dataset.theme = theme;
    remember("theme", theme);
  });
}

function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}
