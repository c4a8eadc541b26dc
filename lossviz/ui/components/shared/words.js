// The words of the glossary: a link to one shows its meaning where it is pointed at, has the focus or
// is tapped. One card lies above all else on the page, so that nothing cuts it off.

/** @typedef {[address: string, meaning: string]} Word What `take_words` sends for a word. */

const WORDS = 'a[href^="glossary#"]';
const GAP_PX = 6; // between a word and its meaning
const EDGE_PX = 8; // between its meaning and the screen's edge
const LEAVE_MS = 150; // the way from a word to its meaning
const CARD = "lossviz-meaning";

/**
 * A word as a link to its entry, or as plain text where the page has marked it before.
 * @param {string} text
 * @param {Word | undefined} word
 */
export const wordLink = (text, word) => {
  if (!word) return document.createTextNode(text);
  const link = document.createElement("a");
  link.setAttribute("href", word[0]);
  link.title = word[1];
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  link.textContent = text;
  return link;
};

/** @param {EventTarget | null} target @returns {HTMLAnchorElement | null} */
const wordAt = (target) => (target instanceof Element ? target.closest(WORDS) : null);

/** Shows meanings on this page from now on; called once more it does nothing. */
export const showMeanings = () => {
  if (document.querySelector(`.${CARD}`)) return;
  new Meanings();
};

/** Brings the word that the address names into sight, once no font changes the text's height. */
export const showNamedWord = async () => {
  await document.fonts.ready;
  document.getElementById(location.hash.slice(1))?.scrollIntoView();
};

class Meanings {
  #card = document.createElement("div");
  #text = document.createElement("p");
  #more = document.createElement("a");
  /** @type {HTMLAnchorElement | null} */
  #word = null;
  #isTouch = false;
  #leaving = 0;

  constructor() {
    this.#card.className = CARD;
    this.#card.popover = "manual";
    this.#card.setAttribute("aria-hidden", "true"); // the link's own description says the same
    this.#more.textContent = "Glossary";
    this.#more.target = "_blank";
    this.#more.tabIndex = -1;
    this.#card.append(this.#text, this.#more);
    document.body.append(this.#card);
    document.addEventListener("pointerover", (event) => this.#onOver(event));
    document.addEventListener("pointerdown", (event) => this.#onDown(event));
    document.addEventListener("click", (event) => this.#onClick(event), { capture: true });
    document.addEventListener("focusin", (event) => this.#onFocus(event));
    document.addEventListener("focusout", (event) => this.#onBlur(event));
    document.addEventListener("keydown", ({ key }) => key === "Escape" && this.#hide());
    document.addEventListener("scroll", () => this.#hide(), { capture: true, passive: true });
  }

  /** @param {PointerEvent} event */
  #onOver({ target, pointerType }) {
    if (pointerType === "touch") return;
    const word = wordAt(target);
    if (word) this.#show(word);
    else if (this.#card.contains(/** @type {Node} */ (target))) clearTimeout(this.#leaving);
    else if (this.#word && !this.#word.matches(":focus-visible")) this.#leave();
  }

  /** @param {PointerEvent} event */
  #onDown({ target, pointerType }) {
    this.#isTouch = pointerType === "touch";
    const isOutside = !wordAt(target) && !this.#card.contains(/** @type {Node} */ (target));
    if (isOutside) this.#hide();
  }

  /** @param {MouseEvent} event A finger's first tap shows the meaning; the card leads further. */
  #onClick(event) {
    const word = wordAt(event.target);
    if (!word || !this.#isTouch) return;
    event.preventDefault();
    if (word === this.#word) this.#hide();
    else this.#show(word);
  }

  /** @param {FocusEvent} event */
  #onFocus({ target }) {
    const word = wordAt(target);
    if (word?.matches(":focus-visible") && !this.#isTouch) this.#show(word);
  }

  /** @param {FocusEvent} event A press on the card takes the focus, and is no way out. */
  #onBlur({ relatedTarget }) {
    if (!this.#card.contains(/** @type {Node | null} */ (relatedTarget))) this.#hide();
  }

  /** @param {HTMLAnchorElement} word */
  #show(word) {
    clearTimeout(this.#leaving);
    if (word === this.#word) return;
    if (word.title) {
      word.setAttribute("aria-description", word.title);
      word.removeAttribute("title"); // the browser would show it a second time
    }
    const { colorScheme, fontFamily } = getComputedStyle(word);
    Object.assign(this.#card.style, { colorScheme, fontFamily });
    this.#word = word;
    this.#text.textContent = word.getAttribute("aria-description");
    this.#more.href = word.href;
    this.#card.showPopover();
    this.#place(word.getClientRects()[0]);
  }

  /** @param {DOMRect} box Of the word, or of its first line. */
  #place({ left, top, bottom }) {
    const { offsetWidth, offsetHeight, style } = this.#card;
    const x = Math.min(left, document.documentElement.clientWidth - offsetWidth - EDGE_PX);
    const fitsBelow = bottom + GAP_PX + offsetHeight + EDGE_PX <= window.innerHeight;
    const y = fitsBelow ? bottom + GAP_PX : top - GAP_PX - offsetHeight;
    style.left = `${Math.max(EDGE_PX, x)}px`;
    style.top = `${Math.max(EDGE_PX, y)}px`;
  }

  #leave() {
    clearTimeout(this.#leaving);
    this.#leaving = window.setTimeout(() => this.#hide(), LEAVE_MS);
  }

  #hide() {
    clearTimeout(this.#leaving);
    if (!this.#word) return;
    this.#word = null;
    this.#card.hidePopover();
  }
}
