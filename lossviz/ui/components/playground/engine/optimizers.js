// How a step follows from a gradient, as torch.optim defines it.

/**
 * @typedef {object} StepSettings
 * @property {number} rate
 * @property {number} decay Weight decay, added to the gradient as torch.optim's SGD and Adam do.
 */

/**
 * Changes the parameters in place.
 * @typedef {(parameters: Float64Array, gradient: Float64Array, settings: StepSettings) => void} Step
 */

const MOMENTUM = 0.9;
const ADAM = { mean: 0.9, square: 0.999, eps: 1e-8 };

/** @type {() => Step} */
const sgd =
  () =>
  (parameters, gradient, { rate, decay }) => {
    for (let i = 0; i < parameters.length; i++)
      parameters[i] -= rate * (gradient[i] + decay * parameters[i]);
  };

/** @type {(count: number) => Step} */
const momentum = (count) => {
  const velocity = new Float64Array(count);
  return (parameters, gradient, { rate, decay }) => {
    for (let i = 0; i < count; i++) {
      velocity[i] = MOMENTUM * velocity[i] + (gradient[i] + decay * parameters[i]);
      parameters[i] -= rate * velocity[i];
    }
  };
};

/** @type {(count: number) => Step} */
const adam = (count) => {
  const means = new Float64Array(count);
  const squares = new Float64Array(count);
  let steps = 0;
  return (parameters, gradient, { rate, decay }) => {
    steps++;
    const size = rate / (1 - ADAM.mean ** steps);
    const root = Math.sqrt(1 - ADAM.square ** steps);
    for (let i = 0; i < count; i++) {
      const slope = gradient[i] + decay * parameters[i];
      means[i] += (1 - ADAM.mean) * (slope - means[i]);
      squares[i] = ADAM.square * squares[i] + (1 - ADAM.square) * slope * slope;
      parameters[i] -= (size * means[i]) / (Math.sqrt(squares[i]) / root + ADAM.eps);
    }
  };
};

/** @type {Record<string, (count: number) => Step>} For a number of parameters. */
export const OPTIMIZERS = { sgd, momentum, adam };

export const OPTIMIZER_NAMES = { sgd: "SGD", momentum: "Momentum", adam: "Adam" };
