// The loss language in the browser: the tree that Python sends becomes a function, through a table and without eval.

// What each operation means, by its name in lossviz/language/operations.py, with as many parameters as its arity. A test holds names and arities to
// Python's.
export const OPERATIONS = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  pow: (a, b) => (a === 1 ? 1 : Math.pow(a, b)), // IEEE: 1 to any power is 1, also where the power is NaN or infinite
  neg: (a) => -a,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
  eq: (a, b) => a === b,
  log: Math.log,
  exp: Math.exp,
  sqrt: Math.sqrt,
  abs: Math.abs,
  min: Math.min,
  max: Math.max,
  log1p: Math.log1p,
  expm1: Math.expm1,
  tanh: Math.tanh,
  sin: Math.sin,
  cos: Math.cos,
  where: (condition, then, otherwise) => (condition ? then : otherwise),
};

// Over the classes but the true one, whose log-probabilities stand in values.others; a term sees that of the class in hand as lj.
const reduction = (start, operate) => (term) => (values) => {
  const outside = values.lj;
  let result = start;
  for (const lj of values.others) {
    values.lj = lj;
    result = operate(result, term(values));
  }
  values.lj = outside;
  return result;
};
export const REDUCTIONS = { other_sum: reduction(0, (a, b) => a + b), other_max: reduction(-Infinity, Math.max) };

// A tree as a function of the values of its names: {l: Math.log(p), k: 0.2}.
export const compileTree = (tree) => {
  if (typeof tree === "number") return () => tree;
  if (typeof tree === "string") return (values) => values[tree];
  const [operation, ...branches] = tree;
  const [first, second, ...others] = branches.map(compileTree);
  if (operation === "where") return (values) => (first(values) ? second(values) : others[0](values)); // the branch that is taken alone
  if (REDUCTIONS[operation]) return REDUCTIONS[operation](first);
  const operate = OPERATIONS[operation];
  if (!operate) throw new Error(`unknown operation ${operation}`);
  if (!second) return (values) => operate(first(values));
  if (!others.length) return (values) => operate(first(values), second(values));
  return (values) => {
    let result = operate(first(values), second(values));
    for (const other of others) result = operate(result, other(values));
    return result;
  };
};
