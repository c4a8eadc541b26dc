// Random numbers that a seed decides, the same in every browser: whole-number arithmetic only.

/** @type {(text: string) => number} FNV-1a, 32 bits (Fowler, Noll, Vo 1991). */
const hash = (text) => {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++)
    value = Math.imul(value ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return value;
};

const WARM_UP = 16; // draws that are thrown away: the first depend too plainly on the seed

/**
 * Uniform numbers in [0, 1), a stream of its own for each purpose: what one purpose draws changes
 * nothing for another. The generator is Chris Doty-Humphrey's sfc32 (PractRand).
 * @type {(seed: number, purpose: string) => () => number}
 */
export const stream = (seed, purpose) => {
  let a = hash(purpose);
  let b = seed >>> 0;
  let c = hash(`${seed}`);
  let counter = 1;
  const next = () => {
    const sum = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return (sum >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < WARM_UP; i++) next();
  return next;
};

/**
 * A draw from the standard normal distribution (Box and Muller 1958).
 * @type {(uniform: () => number) => number}
 */
export const normal = (uniform) =>
  Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());

/** @type {(indices: Uint32Array, uniform: () => number) => void} In place (Fisher and Yates 1938). */
export const shuffle = (indices, uniform) => {
  for (let i = indices.length - 1; i > 0; i--) {
    const j = Math.floor(uniform() * (i + 1));
    [indices[i], indices[j]] = [indices[j], indices[i]];
  }
};

/** @type {(count: number, uniform: () => number) => Uint32Array} 0 to count - 1 in random order. */
export const permutation = (count, uniform) => {
  const indices = Uint32Array.from({ length: count }, (_, i) => i);
  shuffle(indices, uniform);
  return indices;
};
