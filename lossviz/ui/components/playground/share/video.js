// A short video of a run, recorded from a canvas as it is drawn.

import { canvasFor, paint } from "./raster.js";

/** @typedef {import("./picture_svg.js").Drawing} Drawing */

// The first that the browser can write: H.264 plays nearly everywhere, VP9 is smaller than VP8.
const KINDS = ["video/mp4;codecs=avc1.42E01F", "video/webm;codecs=vp9", "video/webm;codecs=vp8"];
const BITS_PER_SECOND = 4_000_000;
const STILL_FRAMES = 10; // that the last picture stays

export const FRAMES = 60;
const FRAME_MS = 100;

/**
 * How this browser records, or why it cannot.
 * @type {() => { kind: string } | { reason: string }}
 */
export const videoSupport = () => {
  if (typeof MediaRecorder === "undefined" || !HTMLCanvasElement.prototype.captureStream)
    return { reason: "This browser cannot record a video." };
  const kind = KINDS.find((one) => MediaRecorder.isTypeSupported(one));
  return kind ? { kind } : { reason: "This browser writes neither MP4 nor WebM." };
};

/**
 * Over which steps the frames are spread: from 0 to the last, at most FRAMES and one.
 * @type {(last: number) => number[]}
 */
export const videoSteps = (last) => {
  const count = Math.min(last, FRAMES);
  return Array.from({ length: count + 1 }, (_, i) => Math.round((i * last) / Math.max(count, 1)));
};

/** @type {(ms: number) => Promise<void>} */
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Drawings with the last repeated: a canvas that is not drawn to gives a recorder no frames.
 * @param {AsyncIterable<Drawing>} drawings
 * @returns {AsyncGenerator<Drawing>}
 */
async function* withStill(drawings) {
  /** @type {Drawing | null} */
  let last = null;
  for await (const drawing of drawings) {
    last = drawing;
    yield drawing;
  }
  for (let i = 0; last && i < STILL_FRAMES; i++) yield last;
}

/**
 * Records drawings, one every tenth of a second or, where they come later, as they come.
 * @param {AsyncIterable<Drawing>} drawings All of one size.
 * @param {string} kind As `videoSupport` says.
 * @param {{ signal: AbortSignal, progress: (drawn: number) => void }} watched Where the signal aborts,
 *   the recording ends without a result.
 * @returns {Promise<Blob | null>}
 */
export const record = async (drawings, kind, { signal, progress }) => {
  /** @type {HTMLCanvasElement | null} */
  let canvas = null;
  /** @type {MediaRecorder | null} */
  let recorder = null;
  /** @type {Blob[]} */
  const pieces = [];
  let drawn = 0;
  for await (const drawing of withStill(drawings)) {
    if (signal.aborted) break;
    canvas ??= canvasFor(drawing, 1);
    await paint(drawing, canvas);
    if (!recorder) {
      recorder = new MediaRecorder(canvas.captureStream(), {
        mimeType: kind,
        videoBitsPerSecond: BITS_PER_SECOND,
      });
      recorder.ondataavailable = ({ data }) => pieces.push(data);
      recorder.start();
    }
    progress(++drawn);
    await pause(FRAME_MS);
  }
  if (!recorder) return null;
  const ended = new Promise((resolve) => recorder?.addEventListener("stop", resolve));
  recorder.stop();
  await ended;
  if (signal.aborted) return null;
  return new Blob(pieces, { type: kind.split(";")[0] });
};
