/**
 * A worker that makes JPEG files of frames. The page's own thread would have each wait until it is idle, 10 ms and more
 * beside a video that plays.
 */

const QUALITY = 0.85; // digits look the same from about 0.8 on; higher only costs bytes
const canvas = new OffscreenCanvas(1, 1);

addEventListener("message", async ({ data: frame }) => {
  canvas.width = frame.width;
  canvas.height = frame.height;
  const context = canvas.getContext("2d", { alpha: false, willReadFrequently: true });
  context.drawImage(frame, 0, 0);
  frame.close();
  const file = await canvas.convertToBlob({ type: "image/jpeg", quality: QUALITY });
  const bytes = await file.arrayBuffer();
  postMessage(bytes, { transfer: [bytes] });
});
