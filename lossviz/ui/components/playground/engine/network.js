// A small network of dense layers over the plane: its values, and the gradient of its parameters.

/**
 * An activation function.
 * @typedef {object} Activation
 * @property {(sum: number) => number} value
 * @property {(value: number) => number} slope Its derivative, from its value.
 */

/** @type {Record<string, Activation>} */
export const ACTIVATIONS = {
  tanh: { value: Math.tanh, slope: (value) => 1 - value * value },
  relu: { value: (sum) => Math.max(sum, 0), slope: (value) => (value > 0 ? 1 : 0) },
  linear: { value: (sum) => sum, slope: () => 1 },
};

export const ACTIVATION_NAMES = { tanh: "tanh", relu: "ReLU", linear: "linear" };

/**
 * How many parameters a network has.
 * @type {(sizes: number[]) => number}
 */
export const parameterCount = (sizes) =>
  sizes.slice(1).reduce((count, outputs, layer) => count + outputs * (sizes[layer] + 1), 0);

/**
 * Initial parameters, uniform in ± 1/√inputs as PyTorch's nn.Linear draws them.
 * @type {(sizes: number[], uniform: () => number) => Float64Array}
 */
export const initialParameters = (sizes, uniform) => {
  const parameters = new Float64Array(parameterCount(sizes));
  let place = 0;
  for (let layer = 1; layer < sizes.length; layer++) {
    const bound = 1 / Math.sqrt(sizes[layer - 1]);
    const count = sizes[layer] * (sizes[layer - 1] + 1);
    for (let i = 0; i < count; i++) parameters[place++] = bound * (2 * uniform() - 1);
  }
  return parameters;
};

/**
 * Two thirds of the time of a training are spent here: lengths stand in constants, and inner loops call
 * nothing. Parameters lie in one array in PyTorch's order: of each layer the weights, row by row of its
 * outputs, then the biases.
 */
export class Network {
  /** @type {Float64Array[]} The values of each layer for the last point, the point itself first. */
  #values;
  /** @type {Float64Array[]} The derivatives by each layer's values. */
  #slopes;
  #activation;

  /**
   * @param {number[]} sizes Of the layers, from the 2 coordinates to the classes.
   * @param {string} activation A key of ACTIVATIONS.
   * @param {Float64Array} parameters Changed in place by training.
   */
  constructor(sizes, activation, parameters) {
    this.sizes = sizes;
    this.parameters = parameters;
    this.#activation = ACTIVATIONS[activation];
    this.#values = sizes.map((size) => new Float64Array(size));
    this.#slopes = sizes.map((size) => new Float64Array(size));
  }

  /**
   * The logits of a point; the array is written anew at the next call.
   * @type {(x: number, y: number) => Float64Array}
   */
  logits(x, y) {
    const { parameters } = this;
    const values = this.#values;
    const { value } = this.#activation;
    const last = values.length - 1;
    values[0][0] = x;
    values[0][1] = y;
    let place = 0;
    for (let layer = 1; layer <= last; layer++) {
      const inputs = values[layer - 1];
      const outputs = values[layer];
      const width = inputs.length;
      const height = outputs.length;
      const biases = place + height * width;
      for (let o = 0; o < height; o++) {
        let sum = parameters[biases + o];
        for (let i = 0; i < width; i++) sum += parameters[place + i] * inputs[i];
        place += width;
        outputs[o] = sum;
      }
      if (layer < last) for (let o = 0; o < height; o++) outputs[o] = value(outputs[o]);
      place = biases + height;
    }
    return values[last];
  }

  /**
   * Adds a point's part to the gradient; the point is the one of the last call of `logits`.
   * @param {Float64Array} byLogits The derivatives by its logits.
   * @param {Float64Array} gradient By the parameters.
   * @returns {Float64Array} The derivatives by the point's own coordinates, until the next call.
   */
  addGradient(byLogits, gradient) {
    const { parameters, sizes } = this;
    const last = sizes.length - 1;
    this.#slopes[last].set(byLogits);
    let end = parameters.length;
    for (let layer = last; layer > 0; layer--) {
      const inputs = this.#values[layer - 1];
      const before = this.#slopes[layer - 1];
      const slopes = this.#slopes[layer];
      const width = inputs.length;
      const height = slopes.length;
      const biases = end - height;
      const start = biases - height * width;
      for (let i = 0; i < width; i++) before[i] = 0;
      for (let o = 0, place = start; o < height; o++, place += width) {
        const slope = slopes[o];
        gradient[biases + o] += slope;
        for (let i = 0; i < width; i++) {
          gradient[place + i] += slope * inputs[i];
          before[i] += slope * parameters[place + i];
        }
      }
      if (layer > 1)
        for (let i = 0; i < inputs.length; i++) before[i] *= this.#activation.slope(inputs[i]);
      end = start;
    }
    return this.#slopes[0];
  }
}
