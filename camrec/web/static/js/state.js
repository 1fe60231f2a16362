/**
 * Tells whether the server answers: a dot in the header, a notice over the open stage.
 * @module state
 */

import { byId, make, setText } from "./dom.js";

/** A server is busy for a moment now and then; a word about it every time would only flicker. */
const GRACE_MS = 600;

const WORDS = {
  here: { short: "Ready", strong: "", text: "" },
  busy: { short: "Busy", strong: "The server is busy. ", text: "Reading goes on as soon as it can." },
  gone: { short: "No answer", strong: "camrec does not answer. ", text: "The page goes on by itself when it is back; nothing is lost." },
  locked: { short: "Locked", strong: "This camrec wants its token. ", text: "Open the whole address that it printed when it started." },
};

/** @param {import("./connection.js").Connection} connection */
export function showConnection(connection) {
  let timer = 0;
  connection.addEventListener("state", () => {
    clearTimeout(timer);
    timer = setTimeout(() => show(connection.state), connection.state === "busy" ? GRACE_MS : 0);
  });
}

/** @param {keyof typeof WORDS} state */
function show(state) {
  const { short, strong, text } = WORDS[state];
  const dot = byId("state");
  dot.dataset.state = state;
  setText(dot, short);
  for (const name of ["camera", "pictures", "draw"]) {
    const notice = byId(`${name}-notice`);
    notice.hidden = state === "here";
    notice.replaceChildren(make("strong", {}, strong), text);
  }
}
