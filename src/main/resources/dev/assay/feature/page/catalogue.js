// ------------------------------------------------------------------------------------------------- all features: search and order

const index = JSON.parse(byId('index').textContent);
const total = index.density.length;
const lowered = index.vocabulary.map(token => token.toLowerCase());
const lastInOrder = '\uffff';

/** Order and filters, which the address stores. */
const defaults = Object.freeze({
  sort: 'max', descending: true, query: '', where: 'all', label: '', dead: false,
  density: [0, Infinity], max: [0, Infinity], kurtosis: [0, Infinity],
});
const state = { ...defaults, view: 'overview', latent: -1, rows: [] };

const tokensOf = (column, latent) => index[column][latent].map(code => index.vocabulary[code]);
const labelsOf = latent => index.labels[latent] || [];
const explanationsOf = latent => index.explanations[latent] || [];

const keys = {
  latent: latent => latent,
  peaks: latent => firstToken('peaks', latent),
  up: latent => firstToken('up', latent),
  label: latent => (labelsOf(latent)[0] || lastInOrder).toLowerCase(),
  explained: latent => bestScore(latent),
  density: latent => index.density[latent],
  max: latent => index.max[latent],
  mean: latent => index.mean[latent],
  kurtosis: latent => index.kurtosis[latent],
};
const ofText = key => key === 'peaks' || key === 'up' || key === 'label';

/** Returns the largest first score among the explanations of a latent, below all scores without one. */
function bestScore(latent) {
  return Math.max(-2, ...explanationsOf(latent).filter(one => one.scores.length > 0).map(one => one.scores[0].value));
}

function firstToken(column, latent) {
  const code = index[column][latent][0];
  return code === undefined ? lastInOrder : lowered[code].trim();
}

/** Returns a predicate on latents for a search text. Each token of the vocabulary is compared once. */
function searched(needle, where) {
  if (needle === '') return () => true;
  const hit = lowered.map(token => token.includes(needle));
  const digits = needle.trim().replace(/^#/, '');
  const tests = {
    peaks: latent => index.peaks[latent].some(code => hit[code]),
    up: latent => index.up[latent].some(code => hit[code]),
    down: latent => index.down[latent].some(code => hit[code]),
    label: latent => labelsOf(latent).some(label => label.toLowerCase().includes(needle)),
    explanation: latent => explanationsOf(latent).some(one => one.text.toLowerCase().includes(needle)),
    number: latent => digits !== '' && String(latent).startsWith(digits),
  };
  return where === 'all' ? latent => Object.values(tests).some(test => test(latent)) : tests[where];
}

const within = (value, [low, high]) => value >= low && value < high;

/** Fills the rows with the latents that pass all filters, in order. */
function select() {
  const needle = state.query.toLowerCase();
  const matches = searched(needle, state.where);
  const rows = [];
  for (let latent = 0; latent < total; latent++) {
    if (index.density[latent] === 0 && !state.dead) continue;
    if (!within(index.density[latent], state.density) || !within(index.max[latent], state.max)) continue;
    if (!within(index.kurtosis[latent], state.kurtosis)) continue;
    if (state.label !== '' && !labelsOf(latent).includes(state.label)) continue;
    if (matches(latent)) rows.push(latent);
  }
  const key = keys[state.sort];
  const by = rows.map(latent => key(latent));
  const order = rows.map((latent, i) => i);
  const sign = state.descending ? -1 : 1;
  order.sort((a, b) => by[a] < by[b] ? -sign : by[a] > by[b] ? sign : a - b);
  state.rows = order.map(i => rows[i]);
  // The latent whose number is the whole search text comes first.
  const exact = /^\s*#?(\d+)\s*$/.exec(needle);
  const place = exact ? state.rows.indexOf(Number(exact[1])) : -1;
  if (place > 0) state.rows.unshift(...state.rows.splice(place, 1));
}
