/**
 * The browser's cameras: opening one, naming all.
 * @module camera/device
 */

/** Enough for a page of digits; more pixels cost more time to send and read than they bring. */
const WANTED = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30 } };

/** Browsers hand out cameras on https and on this machine itself only. */
export class Insecure extends Error {}

/**
 * @param {string} [id] of the camera; without it the one that looks away from the person, on a phone
 * @returns {Promise<MediaStream>}
 */
export async function openCamera(id) {
  if (!navigator.mediaDevices?.getUserMedia) throw new Insecure();
  const which = id ? { deviceId: { exact: id } } : { facingMode: { ideal: "environment" } };
  return navigator.mediaDevices.getUserMedia({ audio: false, video: { ...WANTED, ...which } });
}

/** @returns {Promise<{id: string, name: string}[]>} */
export async function listCameras() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  const cameras = devices.filter((device) => device.kind === "videoinput");
  return cameras.map((camera, index) => ({ id: camera.deviceId, name: camera.label || `Camera ${index + 1}` }));
}

/** @param {MediaStream|null} stream */
export function closeCamera(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
