/**
 * The Camera view: starts and stops, freezes, shows how it stands.
 * @module camera/view
 */

import { Desk } from "../desk.js";
import { byId, make, setText } from "../dom.js";
import { Stage, pointOf } from "../stage.js";
import { readBrowserCamera } from "./browser.js";
import { readDesktopCamera } from "./desktop.js";
import { closeCamera, listCameras, openCamera } from "./device.js";
import { explain, UNPLUGGED } from "./faults.js";
import { press, startLook, wire } from "./look.js";
import { Meter } from "./meter.js";
import { Still } from "./still.js";

const METER_MS = 500; // figures that change faster cannot be read

export class CameraView {
  desk = new Desk();
  /** @type {"off"|"starting"|"on"|"frozen"|"fault"} */
  state = "off";
  #stage = new Stage(byId("camera-overlay"), this.desk);
  #video = /** @type {HTMLVideoElement} */ (byId("camera-video"));
  #meter = new Meter();
  /** @type {MediaStream|null} */
  #stream = null;
  /** @type {AbortController|null} ends the reading that runs */
  #run = null;
  /** @type {BodyInit|null} the frame that was read last */
  #jpeg = null;
  /** Whether it shows the desktop's camera in place of the browser's. */
  desktop = false;
  /** @type {Still} */
  #still;
  #invitation = { title: byId("camera-title").textContent, text: byId("camera-text").textContent };

  /**
   * @param {import("../api.js").Api} api
   * @param {import("../choices.js").Choices} choices
   */
  constructor(api, choices) {
    this.api = api;
    this.choices = choices;
    this.#stage.drawsPicture = false;
    this.#still = new Still(api, choices, this.desk);
    this.#wireButtons();
    // A frozen frame may be told more about while nothing else draws.
    this.desk.addEventListener("reading", () => this.state === "frozen" && this.#stage.refresh());
    setInterval(() => this.#showMeter(), METER_MS);
  }

  /** Under `camrec live --browser` the view shows the desktop's camera, and starts by itself. @param {import("../api.js").Config} config */
  configure({ camera }) {
    if (!camera || this.desktop) return;
    this.desktop = true;
    byId("camera-device").replaceChildren(make("option", {}, camera.name));
    this.start();
  }

  /** @param {string} [id] of the camera */
  async start(id) {
    this.#release();
    this.#become("starting");
    setText(byId("camera-start"), "Waiting for the camera…");
    const run = (this.#run = new AbortController());
    try {
      if (!this.desktop) await this.#play(id, run.signal);
      this.#become("on");
      await this.#follow(run.signal);
    } catch (error) {
      // Ended on purpose: whoever ended it has shown what comes next.
      if (!run.signal.aborted) this.#fail(explain(error));
    }
  }

  stop() {
    this.#release();
    this.desk.choose(null);
    this.desk.put(null);
    this.#stage.refresh();
    this.#become("off");
    this.#tell(this.#invitation, "Start the camera");
  }

  /** @param {string|undefined} id @param {AbortSignal} signal */
  async #play(id, signal) {
    const stream = await openCamera(id);
    if (signal.aborted) closeCamera(stream);
    signal.throwIfAborted();
    this.#stream = stream;
    stream.getVideoTracks()[0].addEventListener("ended", () => this.#lose(stream));
    this.#video.srcObject = stream;
    await this.#video.play();
    await this.#showCameras();
  }

  /** @param {AbortSignal} signal */
  async #follow(signal) {
    const details = () => this.desk.chosen !== null;
    const recover = (/** @type {unknown} */ error) => this.#recover(error, signal);
    const readings = this.desktop
      ? readDesktopCamera(this.api, details, recover, signal)
      : readBrowserCamera(this.#video, this.api, () => ({ ...this.choices.query, details: details() }), recover, signal);
    for await (const { record, picture, jpeg, delay, trouble } of readings) {
      signal.throwIfAborted();
      this.#jpeg = jpeg;
      this.#meter.count(delay, trouble);
      this.#stage.drawsPicture = this.desktop || this.#meter.late;
      this.desk.put({ record, picture, name: "camera.jpg" });
      this.#stage.draw();
    }
  }

  /** Takes the boxes off a picture that nobody reads any more, and waits. @param {unknown} error @param {AbortSignal} signal */
  async #recover(error, signal) {
    signal.throwIfAborted();
    if (this.choices.explain(error)) return this.#patternMended(signal);
    this.desk.put(null);
    this.#stage.draw();
    this.#meter.clear();
    await this.api.connection.recover(error, signal);
  }

  /** @param {AbortSignal} signal @returns {Promise<void>} */
  #patternMended(signal) {
    return new Promise((resolve, reject) => {
      this.choices.addEventListener("change", () => resolve(), { once: true });
      signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    });
  }

  #freeze() {
    if (this.state === "frozen") return this.#thaw();
    if (this.state !== "on" || !this.desk.reading) return;
    this.#run?.abort();
    this.#become("frozen");
    this.#still.hold(this.#jpeg);
  }

  async #thaw() {
    if (this.#stream?.active === false) return this.#fail(UNPLUGGED);
    const run = (this.#run = new AbortController());
    this.#still.hold(null);
    this.#become("on");
    await this.#follow(run.signal).catch((error) => run.signal.aborted || this.#fail(explain(error)));
  }

  #release() {
    this.#run?.abort();
    this.#still.hold(null);
    closeCamera(this.#stream);
    this.#stream = null;
    this.#video.srcObject = null;
    this.#meter.clear();
  }

  /** A frozen frame is still looked at; that its camera has gone is told afterwards. @param {MediaStream} stream */
  #lose(stream) {
    if (this.#stream === stream && this.state !== "frozen") this.#fail(UNPLUGGED);
  }

  /** @param {import("./faults.js").Fault} fault */
  #fail(fault) {
    this.stop();
    this.#become("fault");
    this.#tell(fault, "Try again");
  }

  /** @param {import("./faults.js").Fault} words @param {string} button */
  #tell({ title, text }, button) {
    setText(byId("camera-title"), title);
    setText(byId("camera-text"), text);
    setText(byId("camera-start"), button);
  }

  /** @param {CameraView["state"]} state */
  #become(state) {
    this.state = state;
    byId("camera-stage").dataset.state = state;
    const runs = state === "on" || state === "frozen";
    byId("camera-empty").hidden = runs;
    byId("camera-start").disabled = state === "starting";
    byId("camera-freeze").disabled = !runs;
    press("camera-freeze", state === "frozen");
    byId("camera-stop").disabled = !runs;
    byId("camera-device").disabled = this.desktop || !runs;
    this.#stage.drawsPicture = this.desktop || state === "frozen";
    this.#stage.refresh();
    this.#showMeter();
  }

  #showMeter() {
    const meter = byId("camera-meter");
    meter.hidden = this.state !== "on" && this.state !== "frozen";
    setText(meter, this.state === "frozen" ? "frozen" : this.#meter.text);
  }

  async #showCameras() {
    const cameras = await listCameras();
    const open = this.#stream?.getVideoTracks()[0].getSettings().deviceId;
    const options = cameras.map(({ id, name }) => make("option", { value: id, selected: id === open }, name));
    byId("camera-device").replaceChildren(...options);
  }

  #wireButtons() {
    byId("camera-start").addEventListener("click", () => this.start());
    byId("camera-stop").addEventListener("click", () => this.stop());
    byId("camera-device").addEventListener("change", (/** @type {any} */ event) => this.start(event.target.value));
    this.#stage.canvas.addEventListener("click", (event) => this.#stage.chooseAt(pointOf(event)));
    wire("camera-freeze", " ", () => this.#freeze());
    startLook(this.#stage);
  }
}
