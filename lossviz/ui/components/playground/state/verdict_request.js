// The question to Python for a verdict's words. Streamlit drops what is sent while the connection is
// lost, so a report is sent again until it is answered.

const AGAIN_MS = 3000;

/**
 * What verdict_json of lossviz/ui/playground/verdict.py says.
 * @typedef {object} Answer
 * @property {string} id Of the report.
 * @property {string} [html]
 * @property {string} [problem] Why there is no verdict.
 *
 * @typedef {{ id: string, report: string }} Report
 */

export class VerdictRequest {
  /** What Python wrote of the last report; empty before it has. */
  html = "";
  /** Why it wrote nothing. */
  problem = "";
  /** Whether the server has not answered for a while. */
  isLate = false;
  /** @type {(report: Report) => void} */
  #send = () => {};
  #count = 0;
  /** @type {Report | null} That waits for its answer. */
  #report = null;
  #timer = 0;
  #changed;

  /** @param {() => void} changed Called after each change of anything above. */
  constructor(changed) {
    this.#changed = changed;
  }

  get waits() {
    return this.#report !== null;
  }

  /**
   * @param {string} text The last answer that Python gave; empty before the first.
   * @param {(report: Report) => void} send
   */
  receive(text, send) {
    this.#send = send;
    if (!text || !this.#report) return;
    /** @type {Answer} */
    const answer = JSON.parse(text);
    if (answer.id !== this.#report.id) return;
    this.forget();
    this.html = answer.html ?? "";
    this.problem = answer.problem ?? "";
    this.#changed();
  }

  /** @param {Record<string, unknown>} report What came of trainings. */
  ask(report) {
    this.forget();
    this.#count++;
    const id = `${Date.now().toString(36)}-${this.#count}`;
    const asked = { id, report: JSON.stringify(report) };
    this.#report = asked;
    this.#send(asked);
    this.#timer = window.setInterval(() => {
      this.isLate = true;
      this.#send(asked);
      this.#changed();
    }, AGAIN_MS);
  }

  /** Waits for no answer any more, and has none. */
  forget() {
    clearInterval(this.#timer);
    this.#report = null;
    this.isLate = false;
    this.html = "";
    this.problem = "";
  }
}
