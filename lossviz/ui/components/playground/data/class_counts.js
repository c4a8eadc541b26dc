// How many points each class has.

/**
 * The training points of each class: from the first to the last fewer by the same factor from one to
 * the next, `imbalance` in all, and at least one of each.
 * @type {(total: number, classes: number, imbalance: number, most?: number) => number[]}
 *   With `most` of one class at most; then there may be fewer in all.
 */
export const trainingCounts = (total, classes, imbalance, most = Number.POSITIVE_INFINITY) => {
  if (most === 0) return new Array(classes).fill(0);
  const shares = Array.from({ length: classes }, (_, k) => imbalance ** (-k / (classes - 1)));
  const sum = shares.reduce((a, b) => a + b);
  const first = Math.min(total / sum, most);
  const exact = shares.map((share) => first * share);
  const counts = exact.map((count) => Math.max(1, Math.floor(count)));
  const all = Math.round(first * sum);
  let left = all - counts.reduce((a, b) => a + b);
  for (; left < 0; left++) counts[0]--;
  const byRemainder = exact
    .map((count, k) => ({ k, remainder: count - counts[k] }))
    .sort((a, b) => b.remainder - a.remainder || a.k - b.k);
  for (const { k } of byRemainder.slice(0, left)) counts[k]++;
  return counts;
};

/** @type {(total: number, classes: number, most: number) => number} Test points of each class. */
export const testCount = (total, classes, most) =>
  Math.min(Math.ceil(total / classes), most || Number.POSITIVE_INFINITY);
