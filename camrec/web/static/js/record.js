/**
 * The record that the server answers with, and what the page derives from it.
 *
 * @typedef {import("./geometry.js").Box} Box
 * @typedef {{digit: string, confidence: number, box: Box, number: number|null, track?: number,
 *   crop?: string, scores?: Record<string, number>}} Digit  `crop`: base64 PNG 28x28; both only where asked for
 * @typedef {{text: string, confidence: number, box: Box, fits?: boolean}} NumberRead
 * @typedef {{source: string, frame: number, time: number, width: number, height: number,
 *   digits: Digit[], numbers: NumberRead[]}} Record
 * @typedef {{text: string, box: Box, fits: boolean, digits: Digit[]}} Group  a number with its digits
 * @module record
 */

import { likeness } from "./geometry.js";

/** Confidences from which a digit counts as sure and as likely; camrec's own pictures use the same. */
const SURE_FROM = 0.9;
const LIKELY_FROM = 0.7;

/**
 * @param {number} confidence
 * @returns {"sure"|"likely"|"doubtful"}
 */
export function levelOf(confidence) {
  if (confidence >= SURE_FROM) return "sure";
  return confidence >= LIKELY_FROM ? "likely" : "doubtful";
}

/**
 * A probability as people are told it, 0 to 99: nothing read is certain.
 * @param {number} probability
 */
export function percent(probability) {
  return Math.min(99, Math.floor(100 * probability));
}

/**
 * What names a digit from one reading to the next: its track where there is time, else its place.
 * @param {Digit} digit
 */
export function keyOf(digit) {
  return digit.track === undefined ? digit.box.join() : `t${digit.track}`;
}

/**
 * The numbers with their digits, in reading order; a digit that belongs to none stands for itself.
 * @param {Record} record
 * @returns {Group[]}
 */
export function groupsOf(record) {
  const groups = record.numbers.map((number) => ({
    text: number.text,
    box: number.box,
    fits: number.fits !== false,
    digits: /** @type {Digit[]} */ ([]),
  }));
  for (const digit of record.digits) {
    const group = digit.number === null ? undefined : groups[digit.number];
    if (group) group.digits.push(digit);
    else groups.push({ text: digit.digit, box: digit.box, fits: true, digits: [digit] });
  }
  return groups.filter((group) => group.digits.length);
}

/**
 * Gives the digits of one reading the crops and scores of another reading of the same picture.
 * @param {Record} record
 * @param {Record} detailed
 * @returns {Record}
 */
export function withDetails(record, detailed) {
  return { ...record, digits: record.digits.map((digit) => ({ ...nearest(digit, detailed.digits), ...digit })) };
}

/** @param {Digit} digit @param {Digit[]} others */
function nearest(digit, others) {
  const scored = others.map((other) => ({ other, score: likeness(digit.box, other.box) }));
  const best = scored.reduce((a, b) => (b.score > a.score ? b : a), { other: null, score: 0.3 });
  return best.other ? { crop: best.other.crop, scores: best.other.scores } : {};
}
