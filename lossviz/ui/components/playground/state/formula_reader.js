// Typed formulas, which Python reads: one question at a time, and of those that wait the newest only.

/** @typedef {import("./offer.js").OfferedLoss} OfferedLoss */

/**
 * What typed_formula.py answers: the loss, or what is wrong with the text.
 * @typedef {object} Answer
 * @property {number} number Of the question.
 * @property {OfferedLoss} [loss]
 * @property {string} [reason]
 * @property {string} [place] The text with a caret under the place; empty where it is the whole.
 *
 * @typedef {{ number: number, text: string }} Question
 *
 * What reads a text.
 * @typedef {object} Asker
 * @property {(answer: Answer) => void} answered
 * @property {() => void} waits The server has not answered in time; it is asked again until it does.
 */

const PATIENCE_MS = 2000;

export class FormulaReader {
  /** @type {(question: Question) => void} */
  #ask = () => {};
  /** @type {(Question & { asker: Asker }) | null} */
  #asked = null;
  /** @type {{ text: string, asker: Asker } | null} */
  #next = null;
  #number = Date.now(); // the server may still hold an answer to a page of before
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /** @param {(question: Question) => void} ask Sends a question to Python. */
  connect(ask) {
    this.#ask = ask;
  }

  /** @type {(text: string, asker: Asker) => void} */
  read(text, asker) {
    this.#next = { text, asker };
    if (!this.#asked) this.#goOn();
  }

  /** @param {Asker} asker Whose answer nobody waits for any more. */
  forget(asker) {
    if (this.#next?.asker === asker) this.#next = null;
    if (this.#asked?.asker === asker) this.#goOn();
  }

  /** @param {string} text What typed_formula.py sends; empty before the first question. */
  receive(text) {
    if (!text || !this.#asked) return;
    /** @type {Answer} */
    const answer = JSON.parse(text);
    if (answer.number !== this.#asked.number) return;
    const { asker } = this.#asked;
    const isNewest = this.#next?.asker !== asker;
    this.#goOn();
    if (isNewest) asker.answered(answer);
  }

  close() {
    clearTimeout(this.#timer);
  }

  #goOn() {
    clearTimeout(this.#timer);
    this.#asked = this.#next && { ...this.#next, number: ++this.#number };
    this.#next = null;
    this.#send();
  }

  #send() {
    if (!this.#asked) return;
    const { number, text } = this.#asked;
    this.#ask({ number, text });
    this.#timer = setTimeout(() => this.#askAgain(), PATIENCE_MS);
  }

  #askAgain() {
    const asker = this.#asked?.asker;
    if (this.#next) this.#goOn();
    else this.#send();
    asker?.waits();
  }
}
