// What is read off two arrows, in any number of dimensions. lossviz/geometry/vectors.py is the same in Python; a browser test holds the two together.

export const sumOf = (values) => values.reduce((total, value) => total + value, 0);

export const measure = (p, t) => {
  const dot = sumOf(p.map((value, i) => value * t[i])),
    length = Math.hypot(...p),
    targetLength = Math.hypot(...t);
  const [u, w] = [p.map((value) => value / length), t.map((value) => value / targetLength)];
  const [apart, together] = [
    Math.hypot(...u.map((value, i) => value - w[i])),
    Math.hypot(...u.map((value, i) => value + w[i])),
  ];
  return {
    p,
    t,
    dot,
    length,
    targetLength,
    directed: length > 0, // the zero vector points nowhere: it has no angle and no cosine
    distance: Math.hypot(...p.map((value, i) => value - t[i])),
    projection: dot / targetLength,
    cosine: Math.min(1, dot / (length * targetLength)),
    angle: (2 * Math.atan2(apart, together) * 180) / Math.PI, // Kahan's: exact near 0°, where the arccos of a rounded cosine is not
  };
};

export const fixed = (value, digits) =>
  Math.abs(value) < 0.5 / 10 ** digits
    ? (0).toFixed(digits)
    : value.toFixed(digits).replace("-", "−");
export const two = (value) => fixed(value, 2);
export const three = (value) => fixed(value, 3);
export const trimmed = (value) => String(Number(value.toFixed(3))).replace("-", "−"); // 0.3, 0.027
export const short = (value) => (Number.isInteger(value) ? String(value) : two(value)); // the 0 and 1 of a target
export const cosineText = (value) => fixed(value, value > 0.999 && value < 1 ? 5 : 3); // arccos 1.000 would not be 0.6°
export const vectorText = (values, write = two) => `[${values.map(write).join(", ")}]`;

// One row each: what it is called, its symbol, the sum with the numbers put in, and its value. Long vectors are not written out.
export const LONG = 4;
const written = (terms, otherwise) => (terms.length > LONG ? otherwise : terms.join(" + "));
export const MEASURES = [
  {
    key: "angle",
    name: "Angle",
    symbol: "θ",
    directed: true,
    sum: (m) => `arccos ${cosineText(m.cosine)}`,
    value: (m) => `${fixed(m.angle, 1)}°`,
  },
  {
    key: "cosine",
    name: "Cosine",
    symbol: "cos θ",
    directed: true,
    sum: (m, write) => `${write(m.dot)} / (${three(m.length)} · ${trimmed(m.targetLength)})`,
    value: (m) => cosineText(m.cosine),
  },
  {
    key: "dot",
    name: "Dot product",
    symbol: "p·t",
    sum: (m, write) =>
      written(
        m.p.map((value, i) => `${write(value)}·${short(m.t[i])}`),
        `${write(m.dot)}·1, all else 0`,
      ),
    value: (m, write) => write(m.dot),
  },
  {
    key: "projection",
    name: "Projection",
    symbol: "|p| cos θ",
    sum: (m) => (m.directed ? `${three(m.length)} · ${cosineText(m.cosine)}` : ""),
    value: (m, write) => write(m.projection),
  },
  {
    key: "distance",
    name: "Distance",
    symbol: "|p − t|",
    sum: (m, write) =>
      `√(${written(
        m.p.map((value, i) => `${write(Math.abs(value - m.t[i]))}²`),
        "all differences²",
      )})`,
    value: (m) => three(m.distance),
  },
  {
    key: "length",
    name: "Length",
    symbol: "|p|",
    sum: (m, write) =>
      `√(${written(
        m.p.map((value) => `${write(value)}²`),
        "all of p²",
      )})`,
    value: (m) => three(m.length),
  },
];
