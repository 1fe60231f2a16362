/**
 * Mouse, finger and stylus as strokes.
 * @module draw/pen
 */

import { pointOf } from "../stage.js";

/** A stylus pressed lightly draws this share of the pen's width, pressed hard the rest more. */
const LIGHT = 0.4;
const PRESSED = 1.2;

/** @typedef {import("./sheet.js").Stroke} Stroke */

/**
 * @param {HTMLCanvasElement} canvas
 * @param {{
 *   width: () => number,
 *   scale: () => number,
 *   grows: (stroke: Stroke, from: number) => void,
 *   ends: (stroke: Stroke) => void,
 * }} writer `grows` is told a stroke and its first new dot; `scale`: CSS pixels a pixel of the sheet
 */
export function startPen(canvas, { width, scale, grows, ends }) {
  /** @type {Stroke} */
  let stroke = [];
  /** @type {number|null} a second finger does not write */
  let writing = null;

  /** @param {PointerEvent} event */
  function dotOf(event) {
    const { x, y } = pointOf(event);
    return { x: x / scale(), y: y / scale(), width: width() * strength(event) };
  }

  canvas.addEventListener("pointerdown", (event) => {
    if (writing !== null || event.button !== 0) return;
    writing = event.pointerId;
    canvas.setPointerCapture(writing);
    stroke = [dotOf(event)];
    grows(stroke, 0);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.pointerId !== writing) return;
    const from = stroke.length;
    // A quick hand makes several moves a frame; all of them belong to the line.
    const moves = event.getCoalescedEvents?.() ?? [];
    stroke.push(...(moves.length ? moves : [event]).map(dotOf));
    grows(stroke, from);
  });
  for (const name of ["pointerup", "pointercancel"]) {
    canvas.addEventListener(name, (event) => {
      if (/** @type {PointerEvent} */ (event).pointerId !== writing) return;
      writing = null;
      ends(stroke);
    });
  }
}

/** Only a stylus tells pressure worth the name. @param {PointerEvent} event */
function strength(event) {
  return event.pointerType === "pen" && event.pressure ? LIGHT + PRESSED * event.pressure : 1;
}
