// The loss language in the browser: the tree that Python sends becomes a function, through a table and without eval.
// The meaning of each operation is Python's, in lossviz/language/tree.py.

const fold =
  (operate) =>
  (first, ...others) =>
    others.reduce(operate, first);
const OPERATIONS = {
  add: fold((a, b) => a + b),
  mul: fold((a, b) => a * b),
  div: (a, b) => a / b,
  neg: (a) => -a,
  pow: (a, b) => (a === 1 ? 1 : a ** b), // IEEE: 1 to any power is 1, also where the power is NaN or infinite
  exp: Math.exp,
  log: Math.log,
  expm1: Math.expm1,
  log1p: Math.log1p,
  sqrt: Math.sqrt,
  abs: Math.abs,
  tanh: Math.tanh,
  sin: Math.sin,
  cos: Math.cos,
  min: Math.min,
  max: Math.max,
  lt: (a, b) => a < b,
  le: (a, b) => a <= b,
  gt: (a, b) => a > b,
  ge: (a, b) => a >= b,
  eq: (a, b) => a === b,
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
const REDUCTIONS = {
  sum_others: reduction(0, (a, b) => a + b),
  largest_other: reduction(-Infinity, Math.max),
};

// A tree as a function of the values of its names: {l: Math.log(p), k: 0.2}.
export const compileTree = (tree) => {
  if (typeof tree === "number") return () => tree;
  if (typeof tree === "string") return (values) => values[tree];
  const [operation, ...branches] = tree;
  const [first, second, third] = branches.map(compileTree);
  if (operation === "where") return (values) => (first(values) ? second(values) : third(values));
  if (REDUCTIONS[operation]) return REDUCTIONS[operation](first);
  const operate = OPERATIONS[operation];
  if (!operate) throw new Error(`unknown operation ${operation}`);
  if (branches.length === 1) return (values) => operate(first(values));
  if (branches.length === 2) return (values) => operate(first(values), second(values));
  const compiled = branches.map(compileTree);
  return (values) => operate(...compiled.map((branch) => branch(values)));
};
