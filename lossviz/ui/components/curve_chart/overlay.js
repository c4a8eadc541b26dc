// What lies over a plot: the cursor with a dot on each curve, the mark where training starts, and the curve of a formula that is being typed.

const SVG = "http://www.w3.org/2000/svg";
const LABEL_ROOM = 84; // pixels

export class Overlay {
  constructor(svg) {
    this.svg = svg;
    svg.innerHTML =
      '<path class="preview"/><line class="start"/><text class="start" y="14"></text><line class="cursor"/><g class="dots"></g>';
    [this.preview, this.startLine, this.startText, this.cursor, this.dots] = svg.children;
  }

  draw({ box, start, cursor, preview }) {
    for (const [side, length] of Object.entries(box))
      if (this.svg.style[side] !== `${length}px`) this.svg.style[side] = `${length}px`;
    stand(this.startLine, start.x, box.height);
    stand(this.cursor, cursor.x, box.height);
    const beside = start.x + LABEL_ROOM < box.width;
    put(this.startText, {
      x: start.x + (beside ? 5 : -5),
      "text-anchor": beside ? "start" : "end",
    });
    if (this.startText.textContent !== start.text) this.startText.textContent = start.text;
    put(this.preview, { d: preview || "M0,0" });
    while (this.dots.childElementCount < cursor.dots.length)
      this.dots.append(document.createElementNS(SVG, "circle"));
    while (this.dots.childElementCount > cursor.dots.length) this.dots.lastChild.remove();
    cursor.dots.forEach(([y, color], i) =>
      put(this.dots.children[i], {
        cx: cursor.x,
        cy: Number.isFinite(y) ? y : -100,
        r: 4.5,
        fill: color,
      }),
    );
  }
}

function stand(line, x, height) {
  const shown = Number.isFinite(x) ? x : -100;
  put(line, { x1: shown, x2: shown, y1: 0, y2: height });
}

function put(node, attributes) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
}
