/**
 * What went wrong with a camera, and what to do about it, in words for people.
 * @module camera/faults
 */

import { Refusal } from "../connection.js";
import { messageOf } from "../say.js";
import { Insecure } from "./device.js";

/** @typedef {{title: string, text: string}} Fault */

/** By the names that browsers give to the errors of getUserMedia. @type {{[name: string]: Fault}} */
const FAULTS = {
  NotAllowedError: {
    title: "The camera is blocked",
    text: "The browser was told not to let this page use the camera. Allow it by the camera sign in the address bar, then try again. Pictures and drawing work without it.",
  },
  NotFoundError: {
    title: "No camera found",
    text: "Plug one in and try again, or drop a picture in the Pictures view.",
  },
  NotReadableError: {
    title: "The camera does not start",
    text: "Another program may be using it. Close that one and try again.",
  },
  OverconstrainedError: {
    title: "That camera is not there any more",
    text: "Try again with another one.",
  },
};

const INSECURE = {
  title: "This address may not use a camera",
  text: "Browsers open cameras only on https addresses and on the computer itself. Start camrec with --ssl-certfile and --ssl-keyfile, or open it at http://localhost on the machine that runs it.",
};

const ENDED = {
  title: "It is over",
  text: "The film has ended, or camrec live was stopped. Start it again, then try again here.",
};

export const UNPLUGGED = { title: "The camera is gone", text: "It was unplugged or switched off. Bring it back and try again." };

/**
 * @param {any} error
 * @returns {Fault}
 */
export function explain(error) {
  if (error instanceof Insecure) return INSECURE;
  if (error instanceof Refusal && error.code === "ended") return ENDED;
  if (error instanceof Refusal) return { title: "The server does not read this camera", text: messageOf(error) };
  return FAULTS[error?.name] ?? { title: "The camera cannot be used", text: String(error?.message ?? error) };
}
