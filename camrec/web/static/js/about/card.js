/**
 * The model card, as facts for people.
 * @module about/card
 */

import { make } from "../dom.js";

/**
 * @param {HTMLElement} list a `dl`
 * @param {any} card as the server tells it; what it lacks is left out
 * @param {string} version of camrec
 */
export function showCard(list, card, version) {
  const facts = [
    ["Model", card.name],
    ["Classes", card.classes?.join(" ")],
    ["Parameters", card.parameters?.toLocaleString("en")],
    ["Trained on", trainedOn(card.data)],
    ...(card.scores ?? []).map(scoreOf),
    ["Held-back accuracy", share(card.held_back_accuracy)],
    ["Digest", shortDigest(card.sha256)],
    ["camrec", version],
  ];
  const known = facts.filter(([, value]) => value);
  list.replaceChildren(...known.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
}

/** @param {any} data */
function trainedOn(data) {
  if (!data) return "";
  const sources = [data.mnist && "MNIST", data.digits?.length && "Semeion", data.fonts && "handwriting fonts", data.letters?.length && "letters as what is no digit"];
  const crops = data.crops ? `${data.crops.toLocaleString("en")} crops` : "";
  return [crops, ...sources].filter(Boolean).join(", ");
}

/** @param {any} score @returns {[string, string]} */
function scoreOf(score) {
  const parts = [share(score.accuracy) && `${share(score.accuracy)} right`, share(score.rejected) && `${share(score.rejected)} rejected`];
  return [score.name === "t10k" ? "MNIST's test part" : score.name, parts.filter(Boolean).join(", ")];
}

/** @param {number|null|undefined} value */
function share(value) {
  return value == null ? "" : `${(100 * value).toFixed(2)} %`;
}

/** @param {any} digests one, or one a file */
function shortDigest(digests) {
  const first = typeof digests === "string" ? digests : Object.values(digests ?? {}).at(-1);
  return first ? `sha256 ${String(first).slice(0, 16)}…` : "";
}
