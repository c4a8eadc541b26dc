// Animations that the reader starts.

const reducedMotion = matchMedia("(prefers-reduced-motion: reduce)");
const STILLS = 10; // pictures of an animation where the reader wants no motion

/** Runs from 0 to 1, in a few steps where the reader wants no motion. */
export class Animation {
  #frame = 0;
  #draw;

  /** @param {(share: number) => void} draw Called at each frame, with 1 at the end. */
  constructor(draw) {
    this.#draw = draw;
  }

  get runs() {
    return this.#frame !== 0;
  }

  /** @param {number} duration_ms */
  start(duration_ms) {
    let began = 0;
    /** @param {number} now */
    const tick = (now) => {
      began ||= now;
      const share = Math.min(1, (now - began) / duration_ms);
      this.#frame = share < 1 ? requestAnimationFrame(tick) : 0;
      this.#draw(reducedMotion.matches ? Math.floor(share * STILLS) / STILLS : share);
    };
    this.#frame = requestAnimationFrame(tick);
  }

  stop() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }
}
