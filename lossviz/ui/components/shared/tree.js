// The loss language in the browser: the tree that Python sends becomes a function, through a table
// and without eval.

/**
 * A formula: a number, a name, or an operation on trees.
 * @typedef {number | string | [string, ...any[]]} Tree
 */

/**
 * What the names of a tree stand for, such as `{ l: Math.log(p), k: 0.2 }`; `others` are the
 * log-probabilities of the classes but the true one.
 * @typedef {Record<string, any>} Scope
 */

/** @typedef {(scope: Scope) => number} Evaluate */

/** @typedef {(...values: any[]) => any} Operation */

/**
 * What each operation means, by its name in lossviz/language/operations.py, with as many parameters
 * as its arity. A test holds names and arities to Python's.
 * @type {Record<string, Operation>}
 */
export const OPERATIONS = {
  add: (a, b) => a + b,
  sub: (a, b) => a - b,
  mul: (a, b) => a * b,
  div: (a, b) => a / b,
  // IEEE: 1 to any power is 1, also where the power is NaN or infinite
  pow: (a, b) => (a === 1 ? 1 : a ** b),
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

/**
 * Over the classes but the true one; a term sees the log-probability of the present one as lj.
 * @type {(start: number, operate: Operation) => (term: Evaluate) => Evaluate}
 */
const reduction = (start, operate) => (term) => (scope) => {
  const outside = scope.lj;
  let result = start;
  for (const lj of scope.others) {
    scope.lj = lj;
    result = operate(result, term(scope));
  }
  scope.lj = outside;
  return result;
};

/** @type {Record<string, (term: Evaluate) => Evaluate>} */
export const REDUCTIONS = {
  other_sum: reduction(0, (a, b) => a + b),
  other_max: reduction(-Infinity, Math.max),
};

/** @type {(tree: Tree) => boolean} Whether it depends on parameters and K at most. */
const isConstant = (tree) => {
  if (typeof tree === "number") return true;
  if (typeof tree === "string") return tree !== "l" && tree !== "lj";
  const [operation, ...branches] = tree;
  return !REDUCTIONS[operation] && branches.every(isConstant);
};

/** @type {(tree: Tree) => Tree[]} The factors of a product, of the products in it too. */
const factorsOf = (tree) =>
  Array.isArray(tree) && tree[0] === "mul" ? tree.slice(1).flatMap(factorsOf) : [tree];

/**
 * A constant factor that is 0 makes the product 0, of infinity too: Python binds the parameters
 * before it computes, and leaves such a product out.
 * @type {(factors: Tree[]) => Evaluate}
 */
const compileProduct = (factors) => {
  const constant = factors.filter(isConstant).map(compileTree);
  const others = factors.filter((factor) => !isConstant(factor)).map(compileTree);
  return (scope) => {
    let result = 1;
    for (const factor of constant) result *= factor(scope);
    if (result === 0) return 0;
    for (const factor of others) result *= factor(scope);
    return result;
  };
};

/** @type {(tree: Tree) => Evaluate} */
export const compileTree = (tree) => {
  if (typeof tree === "number") return () => tree;
  if (typeof tree === "string") return (scope) => scope[tree];
  const [operation, ...branches] = tree;
  const [first, second, ...others] = branches.map(compileTree);
  // only the branch that is taken is evaluated
  if (operation === "where") return (scope) => (first(scope) ? second(scope) : others[0](scope));
  if (REDUCTIONS[operation]) return REDUCTIONS[operation](first);
  if (operation === "mul") return compileProduct(factorsOf(tree));
  const operate = OPERATIONS[operation];
  if (!operate) throw new Error(`unknown operation ${operation}`);
  if (!second) return (scope) => operate(first(scope));
  if (!others.length) return (scope) => operate(first(scope), second(scope));
  return (scope) => {
    let result = operate(first(scope), second(scope));
    for (const other of others) result = operate(result, other(scope));
    return result;
  };
};

/**
 * The tree at these values of some of its names: what they decide is computed, and of a `where` that
 * they decide only the branch is left that it takes.
 * @type {(tree: Tree, values: Record<string, number>) => any}
 */
export const bindTree = (tree, values) => {
  if (typeof tree === "number") return tree;
  if (typeof tree === "string") return values[tree] ?? tree;
  const [operation, ...branches] = tree;
  if (operation === "where") {
    const condition = bindTree(branches[0], values);
    if (typeof condition === "boolean") return bindTree(branches[condition ? 1 : 2], values);
  }
  const bound = branches.map((branch) => bindTree(branch, values));
  const isNumber = !REDUCTIONS[operation] && bound.every((branch) => typeof branch === "number");
  return isNumber ? compileTree([operation, ...bound])({}) : [operation, ...bound];
};
