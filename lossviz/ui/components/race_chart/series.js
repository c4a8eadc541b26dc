// What the browser knows of a comparison: its trials, and the rows that each has added. Rows come in
// blocks "after this cursor, up to that one", so that nothing is counted twice and a lost block is
// noticed.

/**
 * The measurements of one trial, in time order; a column each. NaN where there is none.
 * @typedef {{ cursor: number[], at: number[], seconds: number[], values: Record<string, number[]> }} Series
 */

/**
 * @typedef {object} Trial
 * @property {number} key Its own, whoever serves the page.
 * @property {number} loss Place among the losses.
 * @property {number} seed
 * @property {number} position Its place in the comparison; of several attempts the last counts.
 * @property {number} attempt
 * @property {string} state
 * @property {number | null} startedAt Seconds since the epoch.
 * @property {number | null} endedAt
 */

/**
 * @typedef {object} Race
 * @property {string} feed Which server counts the versions of the trials.
 * @property {Map<number, Trial>} trials By key.
 * @property {Map<string, Map<number, Series>>} rows By kind, then by the trial's key.
 * @property {Record<string, number>} have The cursor of each kind, and the version of the trials.
 * @property {boolean} thinned Whether rows of it were left out.
 */

/**
 * Rows of one kind, in columns: floats of 64 bits, little endian, in base64.
 * @typedef {{ after: number, upto: number, columns: Record<string, string> }} Block
 */

/**
 * What the server sends: what is new since a cursor.
 * @typedef {object} Message
 * @property {string} feed
 * @property {{ after: number, upto: number, rows: any[][] }} trials
 * @property {Record<string, Block>} rows By kind.
 * @property {boolean} thinned
 * @property {number} most Rows of one kind that the browser keeps, over all trials.
 */

const OWN_COLUMNS = ["cursor", "trial", "at", "seconds"];

/** @returns {Race} */
export const emptyRace = () => ({
  feed: "",
  trials: new Map(),
  rows: new Map(),
  have: { trials: 0 },
  thinned: false,
});

/**
 * @param {string} text
 * @returns {Float64Array}
 */
export const unpack = (text) => {
  const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  return new Float64Array(bytes.buffer);
};

/**
 * Add what a message holds and the race has not.
 * @param {Race} race Is changed.
 * @param {Message} message
 * @returns {boolean} Whether something between what it has and what came is missing: ask for it.
 */
export const merge = (race, message) => {
  if (race.feed !== message.feed) race.have.trials = 0;
  race.feed = message.feed;
  let missing = message.trials.after > race.have.trials;
  if (!missing) {
    for (const [key, loss, seed, position, attempt, state, startedAt, endedAt] of message.trials
      .rows)
      race.trials.set(key, { key, loss, seed, position, attempt, state, startedAt, endedAt });
    race.have.trials = Math.max(race.have.trials, message.trials.upto);
  }
  for (const [kind, block] of Object.entries(message.rows)) {
    const have = race.have[kind] ?? 0;
    if (block.after > have) {
      missing = true;
      continue;
    }
    append(race, kind, block, have);
    race.have[kind] = Math.max(have, block.upto);
    thin(race, kind, message.most);
  }
  race.thinned ||= message.thinned;
  return missing;
};

/**
 * @param {Race} race
 * @param {string} kind
 * @param {Block} block
 * @param {number} have
 */
const append = (race, kind, block, have) => {
  /** @type {Record<string, Float64Array>} */
  const columns = Object.fromEntries(
    Object.entries(block.columns).map(([name, text]) => [name, unpack(text)]),
  );
  const names = Object.keys(columns).filter((name) => !OWN_COLUMNS.includes(name));
  const { cursor, trial, at, seconds } = columns;
  for (let row = 0; row < cursor.length; row++) {
    if (cursor[row] <= have) continue;
    const series = seriesOf(race, kind, trial[row], names);
    series.cursor.push(cursor[row]);
    series.at.push(at[row]);
    series.seconds.push(seconds[row]);
    for (const name of names) series.values[name].push(columns[name][row]);
  }
};

/**
 * @param {Race} race
 * @param {string} kind
 * @param {number} key
 * @param {string[]} names
 * @returns {Series}
 */
const seriesOf = (race, kind, key, names) => {
  let byTrial = race.rows.get(kind);
  if (!byTrial) {
    byTrial = new Map();
    race.rows.set(kind, byTrial);
  }
  let series = byTrial.get(key);
  if (!series) {
    series = {
      cursor: [],
      at: [],
      seconds: [],
      values: Object.fromEntries(names.map((name) => [name, []])),
    };
    byTrial.set(key, series);
  }
  return series;
};

/**
 * Leave out every other row, but not the first and the last of a trial, where there are too many.
 * @param {Race} race
 * @param {string} kind
 * @param {number} most
 */
const thin = (race, kind, most) => {
  const byTrial = race.rows.get(kind) ?? new Map();
  const count = [...byTrial.values()].reduce((sum, { cursor }) => sum + cursor.length, 0);
  if (count <= most) return;
  race.thinned = true;
  for (const [key, series] of byTrial) {
    const last = series.cursor.length - 1;
    byTrial.set(
      key,
      select(series, (row) => row % 2 === 0 || row === last),
    );
  }
};

/**
 * @param {Series} series
 * @param {(row: number) => boolean} keep
 * @returns {Series}
 */
const select = (series, keep) => {
  /** @type {(column: number[]) => number[]} */
  const kept = (column) => column.filter((_, row) => keep(row));
  return {
    cursor: kept(series.cursor),
    at: kept(series.at),
    seconds: kept(series.seconds),
    values: Object.fromEntries(
      Object.entries(series.values).map(([name, column]) => [name, kept(column)]),
    ),
  };
};

/**
 * The trials that count: of several attempts the last.
 * @param {Race} race
 * @returns {Trial[]} In the comparison's order.
 */
export const lastAttempts = (race) => {
  /** @type {Map<number, Trial>} */
  const byPosition = new Map();
  for (const trial of race.trials.values())
    if (trial.attempt >= (byPosition.get(trial.position)?.attempt ?? 0))
      byPosition.set(trial.position, trial);
  return [...byPosition.values()].sort((one, other) => one.position - other.position);
};

/**
 * The race as it was at a moment: the rows that had been recorded by then, and where each trial
 * stood. At the end it is the race itself.
 * @param {Race} race
 * @param {number} time Seconds since the epoch.
 * @returns {Race}
 */
export const rowsUntil = (race, time) => {
  const trials = new Map([...race.trials].map(([key, trial]) => [key, trialAt(trial, time)]));
  const rows = new Map(
    [...race.rows].map(([kind, byTrial]) => [
      kind,
      new Map(
        [...byTrial].map(([key, series]) => {
          const startedAt = race.trials.get(key)?.startedAt ?? Number.POSITIVE_INFINITY;
          return [key, select(series, (row) => startedAt + series.seconds[row] <= time)];
        }),
      ),
    ]),
  );
  return { ...race, trials, rows };
};

/**
 * @param {Trial} trial
 * @param {number} time
 * @returns {Trial}
 */
const trialAt = (trial, time) => {
  if (trial.startedAt === null || trial.startedAt > time)
    return { ...trial, state: "queued", startedAt: null, endedAt: null };
  if (trial.endedAt !== null && trial.endedAt > time)
    return { ...trial, state: "running", endedAt: null };
  return trial;
};

/**
 * The first and the last moment at which something was recorded.
 * @param {Race} race
 * @returns {[number, number] | null} Seconds since the epoch; null where no row says when it was.
 */
export const recordedSpan = (race) => {
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { startedAt, endedAt } of race.trials.values()) {
    if (startedAt === null) continue;
    first = Math.min(first, startedAt);
    last = Math.max(last, endedAt ?? startedAt);
  }
  let timed = false;
  for (const byTrial of race.rows.values())
    for (const [key, { seconds }] of byTrial) {
      const startedAt = race.trials.get(key)?.startedAt ?? Number.NaN;
      for (const second of seconds) {
        if (!Number.isFinite(startedAt + second)) continue;
        timed = true;
        last = Math.max(last, startedAt + second);
      }
    }
  return timed ? [first, last] : null;
};
