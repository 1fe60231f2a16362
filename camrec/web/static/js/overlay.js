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
const TOO_SMALL = 14; // digits lower than this have a colour only, no confidence in figures

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
    const level = levelOf(digit.confidence);
    const isChosen = keyOf(digit) === chosen;
    context.setLineDash(level === "doubtful" ? [5, 3] : []);
    outline(context, group.rects[index], HALO, isChosen ? 6 : 4);
    outline(context, group.rects[index], isChosen ? "#fff" : colours[level], isChosen ? 3 : 2);
  });
  context.setLineDash([]);
}

/** @param {CanvasRenderingContext2D} context @param {Rect} rect @param {string} colour @param {number} width */
function outline(context, rect, colour, width) {
  context.strokeStyle = colour;
  context.lineWidth = width;
  context.beginPath();
  context.roundRect(rect.x, rect.y, rect.width, rect.height, 4);
  context.stroke();
}

/** @param {CanvasRenderingContext2D} context @param {Labels} labels @param {Placed} group @param {Colours} colours */
function drawNumber(context, labels, group, colours) {
  const around = unionOf(group.rects);
  const tall = Math.max(...group.rects.map((rect) => rect.height));
  const lone = group.digits.length === 1;
  const colour = lone ? colours[levelOf(group.digits[0].confidence)] : colours.number;
  if (!lone) {
    context.fillStyle = colour;
    context.fillRect(around.x, around.y - 5, around.width, 3);
  }
  labels.put(group.fits ? group.text : `(${group.text})`, grown(around, lone ? 1 : 6), colour, sizeFor(tall), true);
}

/** @param {Labels} labels @param {Placed} group @param {Colours} colours */
function drawConfidences(labels, group, colours) {
  group.digits.forEach((digit, index) => {
    const rect = group.rects[index];
    if (rect.height < TOO_SMALL * 2) return;
    const size = Math.max(10, Math.min(14, 0.2 * rect.height));
    labels.put(`${percent(digit.confidence)}`, rect, colours[levelOf(digit.confidence)], size, false);
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

/** @typedef {{sure: string, likely: string, doubtful: string, number: string}} Colours */
/** @type {Colours|null} */
let colours = null;

/** The palette of tokens.css, read once. @returns {Colours} */
function theColours() {
  const style = getComputedStyle(document.documentElement);
  const named = (/** @type {string} */ name) => style.getPropertyValue(`--${name}`).trim();
  colours ??= { sure: named("sure"), likely: named("likely"), doubtful: named("doubtful"), number: named("number") };
  return colours;
}
