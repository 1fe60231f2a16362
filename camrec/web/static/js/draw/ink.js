/**
 * Strokes as ink on a canvas.
 * @module draw/ink
 */

/** @typedef {import("./sheet.js").Stroke} Stroke */

const INK = "#1d2433";
const PAPER = "#ffffff";

/**
 * Draws a stroke from one of its dots on, so that a growing stroke costs only what is new.
 * @param {any} context
 * @param {Stroke} stroke
 */
export function drawStroke(context, stroke, from = 0) {
  context.strokeStyle = context.fillStyle = INK;
  context.lineCap = context.lineJoin = "round";
  if (from === 0) drawDot(context, stroke[0]);
  for (let index = Math.max(1, from); index < stroke.length; index++) {
    const [a, b] = [stroke[index - 1], stroke[index]];
    context.lineWidth = b.width;
    context.beginPath();
    context.moveTo(a.x, a.y);
    context.lineTo(b.x, b.y);
    context.stroke();
  }
}

/** @param {any} context @param {import("./sheet.js").Dot} dot */
function drawDot(context, dot) {
  context.beginPath();
  context.arc(dot.x, dot.y, dot.width / 2, 0, 2 * Math.PI);
  context.fill();
}

/**
 * The sheet as a picture to be read.
 * @param {readonly Stroke[]} strokes
 * @param {{width: number, height: number}} size in pixels
 * @returns {OffscreenCanvas}
 */
export function pictureOf(strokes, size) {
  const canvas = new OffscreenCanvas(Math.round(size.width), Math.round(size.height));
  const context = /** @type {any} */ (canvas.getContext("2d", { alpha: false, willReadFrequently: true }));
  context.fillStyle = PAPER;
  context.fillRect(0, 0, canvas.width, canvas.height);
  for (const stroke of strokes) drawStroke(context, stroke);
  return canvas;
}
