/**
 * What was read, as files: the annotated picture, CSV, JSON.
 * @module downloads
 */

import { byId } from "./dom.js";
import { save } from "./files.js";
import { fit } from "./geometry.js";
import { drawRecord } from "./overlay.js";
import { drawPicture } from "./stage.js";

/** @typedef {import("./desk.js").Reading} Reading */
/** @typedef {import("./record.js").Record} Record */

/** The columns of camrec's own CSV files. */
const COLUMNS = ["source", "frame", "time", "width", "height", "digit", "confidence", "x", "y", "w", "h", "number", "text", "track", "fits"];

const STAGE_SIDE = 1280;

/**
 * @param {import("./desk.js").OpenDesk} open
 * @param {() => Reading[]} readings all that a table of records should hold: one, or one for each picture
 */
export function startDownloads(open, readings) {
  const buttons = ["save-picture", "save-csv", "save-json"].map(byId);
  open.addEventListener("reading", () => {
    for (const button of buttons) button.disabled = !open.desk.reading || open.desk.reading.note !== undefined;
  });
  byId("save-picture").addEventListener("click", () => open.desk.reading && savePicture(open.desk.reading));
  byId("save-csv").addEventListener("click", () => save(csvOf(readings().map(recordOf)), "text/csv", named(readings(), "csv")));
  byId("save-json").addEventListener("click", () => save(jsonOf(readings().map(recordOf)), "application/json", named(readings(), "json")));
}

/** The record under the picture's own name, without what was only for the inspector. @param {Reading} reading @returns {Record} */
function recordOf({ record, name }) {
  const digits = record.digits.map(({ crop, scores, ...digit }) => digit);
  return { source: name, frame: record.frame, time: record.time, width: record.width, height: record.height, digits, numbers: record.numbers };
}

/** One record a line. @param {Record[]} records */
export function jsonOf(records) {
  return records.map((record) => `${JSON.stringify(record)}\n`).join("");
}

/** One digit a row. @param {Record[]} records */
export function csvOf(records) {
  const rows = records.flatMap((record) => record.digits.map((digit) => rowOf(record, digit)));
  return [COLUMNS, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("");
}

/** @param {Record} record @param {import("./record.js").Digit} digit */
function rowOf(record, digit) {
  const number = digit.number === null ? undefined : record.numbers[digit.number];
  const shared = [record.source, record.frame, record.time, record.width, record.height];
  const fits = number?.fits === false ? "false" : "";
  return [...shared, digit.digit, digit.confidence, ...digit.box, digit.number ?? "", number?.text ?? "", digit.track ?? "", fits];
}

/** No cell that a spreadsheet runs: a file's name may begin like a formula. @param {string|number} value */
function cell(value) {
  const text = typeof value === "string" ? value.replace(/^(?=[=+\-@\t\r].)/s, "'") : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** @param {Reading} reading */
async function savePicture({ record, picture, name }) {
  const canvas = new OffscreenCanvas(record.width, record.height);
  const context = /** @type {any} */ (canvas.getContext("2d"));
  // Lines and letters are made for a stage of about this size; larger pictures get larger ones.
  const unit = Math.max(1, Math.max(record.width, record.height) / STAGE_SIDE);
  const room = { width: record.width / unit, height: record.height / unit };
  context.scale(unit, unit);
  drawPicture(context, picture, fit(record, room));
  drawRecord(context, record, fit(record, room), room, null);
  save(await canvas.convertToBlob({ type: "image/png" }), "image/png", nameOf(name, "png"));
}

/** @param {Reading[]} readings @param {string} ending */
function named(readings, ending) {
  return nameOf(readings.length === 1 ? readings[0].name : "pictures", ending);
}

/** As camrec's commands name what they write. @param {string} name @param {string} ending */
function nameOf(name, ending) {
  return `${name.replace(/\.[^.]*$/, "") || "picture"}.camrec.${ending}`;
}
