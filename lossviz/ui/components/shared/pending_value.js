// One value that two sides set: the reader's hand, at once, and Python, which answers late.

/** @type {(a: any, b: any) => boolean} Numbers and lists of numbers by what they hold. */
const sameNumbers = (a, b) =>
  Array.isArray(a) && Array.isArray(b)
    ? a.length === b.length && a.every((value, i) => value === b[i])
    : Object.is(a, b);

/**
 * A value that the reader moves here and that Python sends: the newest intention wins.
 *
 * What Python sends may answer an earlier movement. So while a hand holds the value, and from each
 * movement on until Python sends the value that was reported last, what arrives is kept but not
 * shown. A new revision ends the wait: Python has refused a movement, or moved the value itself.
 * @template T
 */
export class PendingValue {
  /** @type {T} */
  #value;
  /** @type {T} */
  #sent;
  /** @type {unknown} */
  #revision;
  /** @type {{ value: T } | null} What was reported and has not come back. */
  #awaited = null;
  #held = false;
  #moved = false;

  /** @param {T} initial */
  constructor(initial) {
    this.#value = this.#sent = initial;
  }

  get value() {
    return this.#value;
  }

  get held() {
    return this.#held;
  }

  /** A hand is on it. */
  hold() {
    this.#held = true;
  }

  /**
   * The reader moves it; where no hand holds it, it is reported at once.
   * @param {T} value
   */
  set(value) {
    this.#value = value;
    if (this.#held) this.#moved = true;
    else this.#await();
  }

  /** The hand is off. @returns {boolean} Whether it has moved the value, which is then reported. */
  release() {
    const moved = this.#moved;
    this.#held = this.#moved = false;
    if (moved) this.#await();
    else this.#catchUp();
    return moved;
  }

  /** The hand is off, and what it has moved is taken back. */
  revert() {
    this.#held = this.#moved = false;
    this.#value = this.#awaited ? this.#awaited.value : this.#sent;
  }

  /**
   * Python sends it.
   * @param {T} sent
   * @param {unknown} revision Changes when Python has refused a movement or moved the value itself.
   */
  receive(sent, revision) {
    if (revision !== this.#revision || sameNumbers(sent, this.#awaited?.value))
      this.#awaited = null;
    this.#sent = sent;
    this.#revision = revision;
    this.#catchUp();
  }

  #catchUp() {
    if (!this.#held && !this.#awaited) this.#value = this.#sent;
  }

  // Reporting what Python has just sent brings no answer, as its data stay the same.
  #await() {
    if (this.#awaited || !sameNumbers(this.#value, this.#sent))
      this.#awaited = { value: this.#value };
  }
}
