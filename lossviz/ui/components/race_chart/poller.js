// Asking the server for what is new, once a second, as long as somebody sees it. The browser asks,
// so a hidden tab costs nothing; an answer that is lost, or a server that starts anew, ends nothing.

const EVERY_MS = 1000;
const LOST_MS = 6000; // an answer that has not come by then never will
const MISSING_MS = 300; // no sooner is a gap asked for, so that no fault becomes a flood

export class Poller {
  /** @type {(() => void) | null} */
  #ask = null;
  #wanted = false;
  #askedAt = Number.NEGATIVE_INFINITY;
  #waiting = false;
  #timer = 0;
  #node;

  /** @param {Element} node Polling ends when it leaves the page. */
  constructor(node) {
    this.#node = node;
    document.addEventListener("visibilitychange", this.#onVisibility);
  }

  /**
   * An answer has come.
   * @param {() => void} ask Sends the next question.
   * @param {{ running: boolean, missing: boolean }} state Whether there will be more to see, and
   *     whether something is missing, which is asked for at once.
   */
  answered(ask, { running, missing }) {
    this.#ask = ask;
    this.#waiting = false;
    this.#wanted = running || missing;
    if (missing && performance.now() - this.#askedAt > MISSING_MS) this.#send();
    this.#schedule();
  }

  #schedule() {
    clearTimeout(this.#timer);
    if (this.#wanted) this.#timer = window.setTimeout(() => this.#tick(), this.#nextMs());
  }

  #nextMs() {
    return Math.max(50, this.#askedAt + EVERY_MS - performance.now());
  }

  #tick() {
    if (!this.#node.isConnected) return this.stop();
    if (document.visibilityState !== "visible") return; // asked when it is seen again
    const lost = performance.now() - this.#askedAt > LOST_MS;
    if (!this.#waiting || lost) this.#send();
    this.#schedule();
  }

  #send() {
    this.#askedAt = performance.now();
    this.#waiting = true;
    this.#ask?.();
  }

  #onVisibility = () => this.#schedule();

  stop() {
    clearTimeout(this.#timer);
    document.removeEventListener("visibilitychange", this.#onVisibility);
  }
}
