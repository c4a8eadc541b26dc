// How long a recording is, written into its head: MediaRecorder leaves that out of WebM, and players
// then show no end and cannot move within it.

// EBML, RFC 8794, and Matroska, RFC 9559: an id, a size, the content
const INFO = [0x15, 0x49, 0xa9, 0x66];
const DURATION = [0x44, 0x89];
const HEAD = 1000; // bytes in which the segment's information begins

/** @type {(bytes: Uint8Array, wanted: number[], from: number, to: number) => number} Or -1. */
const placeOf = (bytes, wanted, from, to) => {
  for (let i = from; i <= to - wanted.length; i++)
    if (wanted.every((byte, j) => bytes[i + j] === byte)) return i;
  return -1;
};

/** @type {(bytes: Uint8Array, place: number) => { value: number, length: number }} */
const readSize = (bytes, place) => {
  const length = Math.clz32(bytes[place]) - 23; // as many bytes as there are leading zeros, and one
  let value = bytes[place] & (0xff >> length);
  for (let i = 1; i < length; i++) value = 256 * value + bytes[place + i];
  return { value, length };
};

/** @type {(value: number) => Uint8Array} A size in eight bytes. */
const writeSize = (value) => {
  const view = new DataView(new ArrayBuffer(8));
  view.setUint32(0, 0x01000000);
  view.setUint32(4, value);
  return new Uint8Array(view.buffer);
};

/** @type {(duration_ms: number) => Uint8Array<ArrayBuffer>} */
const durationElement = (duration_ms) => {
  const bytes = new Uint8Array(11);
  bytes.set([...DURATION, 0x88]);
  new DataView(bytes.buffer).setFloat64(3, duration_ms);
  return bytes;
};

/**
 * The recording with its duration; as it is where it has one, or is no WebM.
 * @type {(recording: Blob, duration_ms: number) => Promise<Blob>}
 */
export const withDuration = async (recording, duration_ms) => {
  const head = new Uint8Array(await recording.slice(0, HEAD).arrayBuffer());
  const info = placeOf(head, INFO, 0, head.length);
  if (info < 0) return recording;
  const size = readSize(head, info + INFO.length);
  const begin = info + INFO.length + size.length;
  const end = begin + size.value;
  if (end > head.length || placeOf(head, DURATION, begin, end) >= 0) return recording;
  const duration = durationElement(duration_ms);
  return new Blob(
    [
      recording.slice(0, info + INFO.length),
      /** @type {any} */ (writeSize(size.value + duration.length)),
      recording.slice(begin, end),
      duration,
      recording.slice(end),
    ],
    { type: recording.type },
  );
};
