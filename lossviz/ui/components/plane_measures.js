// What is read off the two arrows. lossviz/geometry.py is the same in Python; a browser test holds the two together.

const measure = ([x, y], [a, b]) => {
  const dot = x * a + y * b, length = Math.hypot(x, y), targetLength = Math.hypot(a, b);
  const projection = dot / targetLength;
  const angle = (Math.atan2(Math.abs(x * b - y * a), dot) * 180) / Math.PI; // exact near 0°, and never NaN
  return { x, y, a, b, dot, length, targetLength, projection, angle, cosine: dot / (length * targetLength), foot: [(projection * a) / targetLength, (projection * b) / targetLength] };
};

const fixed = (value, digits) => (Math.abs(value) < 0.5 / 10 ** digits ? (0).toFixed(digits) : value.toFixed(digits).replace("-", "−"));
const two = (value) => fixed(value, 2);
const three = (value) => fixed(value, 3);
const short = (value) => (Number.isInteger(value) ? String(value) : two(value)); // the 0 and 1 of a target
const cosineText = (value) => fixed(value, value > 0.999 && value < 1 ? 5 : 3); // arccos 1.000 would not be 0.6°
const penalty = (value) => (value === Infinity ? "∞" : three(value));

// One row each: what it is called, its symbol, the sum with the numbers put in, and its value.
const MEASURES = [
  { key: "dot", name: "Dot product", symbol: "p·t", mark: "dot_product", sum: (m) => `${two(m.x)}·${short(m.a)} + ${two(m.y)}·${short(m.b)}`, value: (m) => two(m.dot) },
  { key: "length", name: "Length", symbol: "|p|", sum: (m) => `√(${two(m.x)}² + ${two(m.y)}²)`, value: (m) => three(m.length) },
  { key: "target-length", name: "Length", symbol: "|t|", sum: (m) => `√(${short(m.a)}² + ${short(m.b)}²)`, value: (m) => three(m.targetLength) },
  { key: "cosine", name: "Cosine", symbol: "cos θ", directed: true, sum: (m) => `${two(m.dot)} / (${three(m.length)} · ${short(m.targetLength)})`, value: (m) => cosineText(m.cosine) },
  { key: "angle", name: "Angle", symbol: "θ", directed: true, sum: (m) => `arccos ${cosineText(m.cosine)}`, value: (m) => `${fixed(m.angle, 1)}°` },
  { key: "projection", name: "Projection", symbol: "|p| cos θ", mark: "dot_product bar", sum: (m) => (m.length ? `${three(m.length)} · ${cosineText(m.cosine)}` : ""), value: (m) => two(m.projection) },
];
const PENALTIES = [
  { key: "cross-entropy", name: "Cross-entropy", symbol: "−ln p", mark: "cross_entropy", sum: (m) => `−ln ${two(m.dot)}`, value: (m) => penalty(-Math.log(m.dot)) },
  { key: "minus-p", name: "Dot product", symbol: "−p", mark: "dot_product", sum: (m) => `−1 · ${two(m.dot)}`, value: (m) => two(-m.dot) },
];
