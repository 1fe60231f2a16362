/**
 * How the camera is shown: mirrored or not, with or without boxes, over the whole screen; by buttons and keys.
 * @module camera/look
 */

import { byId } from "../dom.js";
import { onKey } from "../keys.js";
import { recall, remember } from "../preferences.js";
import { current } from "../router.js";

/** @param {import("../stage.js").Stage} stage */
export function startLook(stage) {
  wire("camera-mirror", "m", () => mirror(stage, !stage.mirrored));
  wire("camera-boxes", "b", () => showBoxes(stage, !stage.drawsBoxes));
  wire("camera-full", "f", turnFullScreen);
  mirror(stage, recall("mirror", false));
  byId("camera-full").hidden = !document.fullscreenEnabled;
  document.addEventListener("fullscreenchange", () => press("camera-full", document.fullscreenElement !== null));
}

/**
 * One act for a button and a key, while the camera is in view.
 * @param {string} id
 * @param {string} key
 * @param {() => void} act
 */
export function wire(id, key, act) {
  byId(id).addEventListener("click", act);
  onKey(key, () => (current() === "camera" ? act() : false));
}

/** @param {string} id @param {boolean} pressed */
export function press(id, pressed) {
  byId(id).setAttribute("aria-pressed", String(pressed));
}

/** @param {import("../stage.js").Stage} stage @param {boolean} mirrored */
function mirror(stage, mirrored) {
  stage.mirrored = mirrored;
  byId("camera-stage").classList.toggle("mirrored", mirrored);
  press("camera-mirror", mirrored);
  remember("mirror", mirrored);
  stage.refresh();
}

/** @param {import("../stage.js").Stage} stage @param {boolean} shown */
function showBoxes(stage, shown) {
  stage.drawsBoxes = shown;
  press("camera-boxes", shown);
  stage.refresh();
}

function turnFullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else byId("camera").requestFullscreen();
}
