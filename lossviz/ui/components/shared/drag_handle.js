// A handle that mouse, finger and keys move. Python hears of it once, when it is let go.
// While it is busy, the hand knows better than Python where it stands.

export class Handle {
  // locate(event): the pointer's place, in the handle's own terms. read(): where the handle is. move(place): takes it there, or as near as it may go.
  // press(event): where a key takes it, or nothing. release(moved): the hand is off it, and may have moved it.
  constructor(node, { locate, read, move, press, release }) {
    Object.assign(this, {
      node,
      locate,
      read,
      move,
      release,
      held: false,
      dirty: false,
      grip: null,
    });
    node.addEventListener("pointerdown", (event) => this.start(event, true));
    // Chromium does not heed touch-action on a part of an SVG: it scrolls, and cancels the drag at its second move.
    node.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false });
    node.addEventListener("pointermove", (event) => this.held && this.drag(event));
    node.addEventListener("lostpointercapture", () => this.end());
    node.addEventListener("keydown", (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return; // the browser's own, such as Back
      const place = press(event);
      if (!place) return;
      event.preventDefault();
      this.dirty = true;
      this.move(place);
    });
    node.addEventListener("keyup", () => this.held || this.end());
    node.addEventListener("blur", () => this.held || this.end());
  }

  get busy() {
    return this.held || this.dirty;
  }

  // gripped: where it stands under the pointer, so that it does not jump; otherwise it comes to the pointer.
  start(event, gripped) {
    if (event.button !== 0) return;
    event.preventDefault();
    this.node.focus({ preventScroll: true });
    this.node.setPointerCapture(event.pointerId);
    const place = this.locate(event);
    this.grip = gripped ? this.read().map((value, i) => value - place[i]) : place.map(() => 0);
    this.held = true;
    this.node.ownerSVGElement.classList.add("held");
    if (!gripped) this.drag(event);
  }

  drag(event) {
    this.dirty = true;
    this.move(this.locate(event).map((value, i) => value + this.grip[i]));
  }

  end() {
    this.held = false;
    this.node.ownerSVGElement.classList.remove("held");
    const moved = this.dirty;
    this.dirty = false;
    this.release(moved);
  }
}

// The handles' element, for a drawing's markup: a circle to see and a wider one to touch.
export const handleOf = (name, label, more = "") =>
  `<g class="handle ${name}-handle" role="slider" tabindex="0" aria-label="${label}" aria-valuemin="0" aria-valuemax="1" ${more}><circle class="touch" r="24"/><circle class="grip" r="15"/></g>`;

// What a drawing does again and again: sets attributes and texts of its parts, which it finds once.
export class Parts {
  constructor(root) {
    Object.assign(this, { root, found: new Map() });
  }

  get(selector) {
    if (!this.found.has(selector)) this.found.set(selector, this.root.querySelector(selector));
    return this.found.get(selector);
  }

  set(selector, attributes) {
    for (const [name, value] of Object.entries(attributes))
      this.get(selector).setAttribute(name, value);
  }

  write(selector, text) {
    const part = this.get(selector);
    if (part.textContent !== text) part.textContent = text;
  }
}

// Calls draw at the next frame, once however often it is asked.
export const atNextFrame = (draw) => {
  let frame = 0;
  return () => {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      draw();
    });
  };
};

// Where Python wants the arrows counts only where it has moved them since, and no hand is on them; a hand that has moved one knows better.
export class Arrivals {
  // adopt(data): the arrows go where Python wants them.
  constructor(handles, adopt) {
    Object.assign(this, { handles, adopt, taken: null, data: null });
  }

  take(data) {
    this.data = data;
    if (this.taken === data.moves || this.handles().some(({ busy }) => busy)) return;
    this.taken = data.moves;
    this.adopt(data);
  }

  // A hand is off: what came meanwhile counts now, unless the hand has moved something.
  end(moved) {
    if (moved) this.taken = this.data.moves;
    else this.take(this.data);
  }
}
