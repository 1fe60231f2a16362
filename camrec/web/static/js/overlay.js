/**
 * A record drawn over its picture: boxes, digits, confidences, numbers; in CSS pixels, so crisp at any size.
 *
 * @typedef {import("./geometry.js").Rect} Rect
 * @typedef {import("./geometry.js").View} View
 * @module overlay
 */

import { grown, toStage } from "./geometry.js";
import { Labels } from "./labels.js";
import { groupsOf, keyOf, levelOf, percent } from "./record.js";

const MARGIN = 3; // between ink and box
const HALO = "rgb(0 0 0 / 55%)"; // under every line, so that it shows on paper and on a blackboard
const CHOSEN_HALO = "rgb(255 255 255 / 90%)";
const TOO_SMALL = 28; // CSS pixels; lower digits have a colour only, no confidence in figures

/**
 * @param {CanvasRenderingContext2D} context scaled to CSS pixels
 * @param {import("./record.js").Record} record
 * @param {View} view
 * @param {{width: number, height: number}} room
 * @param {string|null} chosen key of the chosen digit
 */
export function drawRecord(context, record, view, room, chosen) {
  const colours = theColours();
  const groups = groupsOf(record).map((group) => ({
    ...group,
    rects: group.digits.map((digit) => grown(toStage(digit.box, view), MARGIN)),
  }));
  const labels = new Labels(context, room, groups.flatMap((group) => group.rects));
  for (const group of groups) drawBoxes(context, group, colours, chosen);
  // Numbers choose the places of their labels first: they are what one looks for.
  for (const group of groups) drawNumber(context, labels, group, colours);
  for (const group of groups) drawConfidences(labels, group, colours);
}

/** @typedef {import("./record.js").Group & {rects: Rect[]}} Placed */

/** @param {CanvasRenderingContext2D} context @param {Placed} group @param {Colours} colours @param {string|null} chosen */
function drawBoxes(context, group, colours, chosen) {
  group.digits.forEach((digit, index) => {
    const rect = group.rects[index];
    if (keyOf(digit) === chosen) return outline(context, rect, { halo: CHOSEN_HALO, colour: colours.chosen, width: 4 });
    const level = levelOf(digit.confidence);
    outline(context, rect, { halo: HALO, colour: colours[level], width: 2, dashed: level === "doubtful" });
  });
}

/** @param {CanvasRenderingContext2D} context @param {Rect} rect @param {{halo: string, colour: string, width: number, dashed?: boolean}} pen */
function outline(context, rect, { halo, colour, width, dashed }) {
  context.beginPath();
  context.roundRect(rect.x, rect.y, rect.width, rect.height, 4);
  context.setLineDash(dashed ? [5, 3] : []);
  for (const [style, breadth] of /** @type {[string, number][]} */ ([[halo, width + 2], [colour, width]])) {
    context.strokeStyle = style;
    context.lineWidth = breadth;
    context.stroke();
  }
  context.setLineDash([]);
}

/** @param {CanvasRenderingContext2D} context @param {Labels} labels @param {Placed} group @param {Colours} colours */
function drawNumber(context, labels, group, colours) {
  const [digit, ...others] = group.digits;
  const size = sizeFor(Math.max(...group.rects.map((rect) => rect.height)));
  if (!others.length) {
    const text = `${digit.digit} ${percent(digit.confidence)}%`;
    return labels.put(text, { named: group.rects[0], colour: colours[levelOf(digit.confidence)], size, first: "above", must: true });
  }
  const around = unionOf(group.rects);
  context.fillStyle = colours.number;
  context.fillRect(around.x, around.y - 5, around.width, 3);
  labels.put(group.fits ? group.text : `(${group.text})`, { named: grown(around, 6), colour: colours.number, size, first: "above", must: true });
}

/** @param {Labels} labels @param {Placed} group @param {Colours} colours */
function drawConfidences(labels, group, colours) {
  const tall = Math.max(...group.rects.map((rect) => rect.height));
  if (group.digits.length === 1 || tall < TOO_SMALL) return;
  const size = Math.max(10, Math.min(14, 0.2 * tall));
  group.digits.forEach((digit, index) => {
    const named = group.rects[index];
    labels.put(`${percent(digit.confidence)}`, { named, colour: colours[levelOf(digit.confidence)], size, first: "below", must: false });
  });
}

/** Type that suits digits of a height on the stage. @param {number} tall */
function sizeFor(tall) {
  return Math.round(Math.max(12, Math.min(30, 0.34 * tall)));
}

/** @param {Rect[]} rects @returns {Rect} */
function unionOf(rects) {
  const x = Math.min(...rects.map((rect) => rect.x));
  const y = Math.min(...rects.map((rect) => rect.y));
  const right = Math.max(...rects.map((rect) => rect.x + rect.width));
  const bottom = Math.max(...rects.map((rect) => rect.y + rect.height));
  return { x, y, width: right - x, height: bottom - y };
}

/** @typedef {{sure: string, likely: string, doubtful: string, number: string, chosen: string}} Colours */
/** @type {Colours|null} */
let colours = null;

/** The palette of tokens.css, read once. @returns {Colours} */
function theColours() {
  const style = getComputedStyle(document.documentElement);
  const names = ["sure", "likely", "doubtful", "number", "chosen"];
  colours ??= /** @type {any} */ (Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()])));
  return /** @type {Colours} */ (colours);
}
