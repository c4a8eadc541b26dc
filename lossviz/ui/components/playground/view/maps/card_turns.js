// Which cards are drawn in a frame: in turn, so that no frame takes long.

export class CardTurns {
  #waiting = 0;
  #next = 0;
  #count = 0;

  /** @param {number} count Of the cards, which all have something new to show. */
  askAll(count) {
    this.#count = count;
    this.#waiting = count;
  }

  /** Whether a card waits for its turn. */
  get isOpen() {
    return this.#waiting > 0;
  }

  /** @type {(most: number) => number[]} The slots whose turn it is, at most so many. */
  take(most) {
    const slots = Array.from(
      { length: Math.min(most, this.#waiting) },
      (_, i) => (this.#next + i) % this.#count,
    );
    this.#next = (this.#next + slots.length) % Math.max(1, this.#count);
    this.#waiting -= slots.length;
    return slots;
  }
}
