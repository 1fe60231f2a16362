/**
 * Puts the page together: views, panel, and what they share.
 * @module main
 */

import { AboutView } from "./about/view.js";
import { Api } from "./api.js";
import { CameraView } from "./camera/view.js";
import { Choices } from "./choices.js";
import { Connection } from "./connection.js";
import { OpenDesk } from "./desk.js";
import { byId } from "./dom.js";
import { startDownloads } from "./downloads.js";
import { DrawView } from "./draw/view.js";
import { Inspector } from "./inspector.js";
import { onKey, startKeys } from "./keys.js";
import { NumbersList } from "./numbers.js";
import { PicturesView } from "./pictures/view.js";
import { VIEWS, current, goTo, startRouter } from "./router.js";
import { showConnection } from "./state.js";
import { startTheme } from "./theme.js";

const connection = new Connection();
const api = new Api(connection);
const choices = new Choices();
const open = new OpenDesk();
const inspector = new Inspector(open, api);
const views = {
  camera: new CameraView(api, choices),
  pictures: new PicturesView(api, choices),
  draw: new DrawView(api, choices),
  about: new AboutView(api),
};

new NumbersList(open);
startDownloads(open, () => (current() === "pictures" ? views.pictures.readings : open.desk.reading ? [open.desk.reading] : []));
startTheme();
wireKeys();
showConnection(connection);
connection.addEventListener("back", configure);
startRouter((name) => {
  const view = views[/** @type {keyof typeof views} */ (name)];
  open.open(view.desk);
  offerChoices();
  if (view === views.about) views.about.open();
});
configure();

/** Asks what the server can do; again whenever it was away, for it may be another one now. */
async function configure() {
  try {
    const config = await api.config();
    for (const part of [choices, inspector, views.camera, views.pictures, views.about]) part.configure(config);
    offerChoices();
    if (current() === "about") views.about.open(); // what it tells depends on the server
    byId("app").dataset.ready = config.version;
  } catch (error) {
    // The header tells what is wrong; recovering ends with the connection saying that the server is back.
    await connection.recover(error).catch(() => {});
  }
}

function offerChoices() {
  choices.offer(current() !== "camera" || !views.camera.desktop);
}

function wireKeys() {
  VIEWS.forEach((name, index) => onKey(String(index + 1), () => goTo(name)));
  onKey("+", () => choices.turn(1));
  onKey("-", () => choices.turn(-1));
  onKey("Escape", () => open.desk.choose(null));
  onKey("?", () => goTo("about"));
  startKeys();
}
