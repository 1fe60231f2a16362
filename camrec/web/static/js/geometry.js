/**
 * Where a picture lies on a stage, and what lies under a point. Mathematics only; no document, no memory.
 *
 * @typedef {[number, number, number, number]} Box  x, y, width, height in pixels of the picture
 * @typedef {{x: number, y: number, width: number, height: number}} Rect  in CSS pixels of the stage
 * @typedef {{scale: number, x: number, y: number, width: number, height: number, mirrored: boolean}} View
 *   a picture of `width` x `height` pixels drawn at (x, y), `scale` CSS pixels a pixel
 * @module geometry
 */

/**
 * The view that shows a whole picture, as large as it goes, in the middle.
 * @param {{width: number, height: number}} picture
 * @param {{width: number, height: number}} room
 * @returns {View}
 */
export function fit(picture, room, mirrored = false) {
  const scale = Math.min(room.width / picture.width, room.height / picture.height);
  return {
    scale,
    x: (room.width - scale * picture.width) / 2,
    y: (room.height - scale * picture.height) / 2,
    width: picture.width,
    height: picture.height,
    mirrored,
  };
}

/**
 * @param {Box} box
 * @param {View} view
 * @returns {Rect}
 */
export function toStage([x, y, width, height], view) {
  const left = view.mirrored ? view.width - x - width : x;
  return {
    x: view.x + view.scale * left,
    y: view.y + view.scale * y,
    width: view.scale * width,
    height: view.scale * height,
  };
}

/**
 * The same view at another magnification, with the point `at` of the stage held where it is.
 * @param {View} view
 * @param {number} scale
 * @param {{x: number, y: number}} at
 * @returns {View}
 */
export function zoomed(view, scale, at) {
  const ratio = scale / view.scale;
  return { ...view, scale, x: at.x - (at.x - view.x) * ratio, y: at.y - (at.y - view.y) * ratio };
}

/**
 * A view moved so that no edge of the picture comes further in than it has to.
 * @param {View} view
 * @param {{width: number, height: number}} room
 * @returns {View}
 */
export function held(view, room) {
  const x = heldAlong(view.x, view.scale * view.width, room.width);
  const y = heldAlong(view.y, view.scale * view.height, room.height);
  return { ...view, x, y };
}

/** @param {number} start @param {number} length @param {number} room */
function heldAlong(start, length, room) {
  if (length <= room) return (room - length) / 2;
  return Math.min(0, Math.max(room - length, start));
}

/** The area that two rectangles share. @param {Rect} a @param {Rect} b */
export function shared(a, b) {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return width > 0 && height > 0 ? width * height : 0;
}

/** @param {Rect} rect @param {number} by */
export function grown(rect, by) {
  return { x: rect.x - by, y: rect.y - by, width: rect.width + 2 * by, height: rect.height + 2 * by };
}

/** @param {Rect} rect @param {{x: number, y: number}} point */
export function holds(rect, point) {
  return point.x >= rect.x && point.x < rect.x + rect.width && point.y >= rect.y && point.y < rect.y + rect.height;
}

/**
 * Intersection over union of two boxes, 0 to 1.
 * @param {Box} a
 * @param {Box} b
 */
export function likeness(a, b) {
  const width = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  return (width * height) / (a[2] * a[3] + b[2] * b[3] - width * height);
}
