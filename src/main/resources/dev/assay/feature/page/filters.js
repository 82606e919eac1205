// ------------------------------------------------------------------------------------------------- controls of the list, charts as filters

const rangeName = { density: 'density', max: 'max', kurtosis: 'kurtosis' };
const digits = value => String(Number(value.toPrecision(3)));
const shownIn = (range, value) => range === 'density' ? digits(100 * value) + ' %' : digits(value);

/** Writes the state into the controls, and each active filter into a chip that removes it. */
function fillControls() {
  byId('query').value = state.query;
  byId('where').value = state.where;
  byId('sort').value = state.sort;
  byId('turn').textContent = state.descending ? '↓' : '↑';
  byId('dead').checked = state.dead;
  byId('label').value = state.label;
  for (const range of ranges) {
    const scale = range === 'density' ? 100 : 1;
    const [low, high] = state[range];
    byId(`${range}-low`).value = low > 0 ? digits(low * scale) : '';
    byId(`${range}-high`).value = high < Infinity ? digits(high * scale) : '';
  }
  fillChips();
}

function fillChips() {
  const chips = [];
  const chip = (text, undo) => {
    const made = element('button', '', text);
    made.type = 'button';
    made.setAttribute('aria-label', `Remove filter: ${text}`);
    made.addEventListener('click', () => {
      undo();
      changed();
      (byId('chips').querySelector('button') || byId('query')).focus();
    });
    chips.push(made);
  };
  for (const range of ranges) {
    const [low, high] = state[range];
    const end = high < Infinity ? ` up to ${shownIn(range, high)}` : '';
    if (low > 0 || end) {
      chip(rangeName[range] + (low > 0 ? ` from ${shownIn(range, low)}` : '') + end, () => { state[range] = defaults[range]; });
    }
  }
  if (state.label !== '') chip(`label ${state.label}`, () => { state.label = ''; });
  if (state.dead) chip('include dead', () => { state.dead = false; });
  byId('chips').replaceChildren(...chips);
}

/** Updates list, controls and address after the state changed. */
function changed() {
  relist();
  fillControls();
  remember('replace');
}

function readRange(range) {
  const scale = range === 'density' ? 100 : 1;
  const [low, high] = ['low', 'high'].map(end => byId(`${range}-${end}`).valueAsNumber / scale);
  state[range] = [low > 0 ? low : 0, high > 0 ? high : Infinity];
}

function sortBy(key) {
  state.descending = state.sort === key ? !state.descending : !(ofText(key) || key === 'latent');
  state.sort = key;
  changed();
}

function offerLabels() {
  const counts = new Map();
  for (const labels of Object.values(index.labels)) {
    for (const label of labels) counts.set(label, (counts.get(label) || 0) + 1);
  }
  for (const field of document.querySelectorAll('.of-labels')) field.hidden = counts.size === 0;
  const names = [...counts.keys()].sort((a, b) => a.localeCompare(b));
  byId('label').append(new Option('any', ''), ...names.map(name => new Option(`${name} (${counts.get(name)})`, name)));
}

// The field that is typed in keeps its text; everything else is updated.
byId('query').addEventListener('input', () => {
  state.query = byId('query').value;
  relist();
  remember('replace');
});
for (const range of ranges) {
  for (const end of ['low', 'high']) {
    byId(`${range}-${end}`).addEventListener('input', () => {
      readRange(range);
      relist();
      fillChips();
      remember('replace');
    });
  }
}
byId('where').addEventListener('change', () => { state.where = byId('where').value; changed(); });
byId('label').addEventListener('change', () => { state.label = byId('label').value; changed(); });
byId('dead').addEventListener('change', () => { state.dead = byId('dead').checked; changed(); });
byId('sort').addEventListener('change', () => sortBy(byId('sort').value));
byId('turn').addEventListener('click', () => { state.descending = !state.descending; changed(); });
byId('reset').addEventListener('click', () => { Object.assign(state, defaults); changed(); });
for (const button of document.querySelectorAll('.heads button')) {
  button.addEventListener('click', () => sortBy(button.dataset.key));
}

// Tab reaches a chart once; arrow keys move between its bars.
for (const chart of document.querySelectorAll('.overview .chart')) {
  const picks = [...chart.querySelectorAll('.pick')];
  picks.forEach((pick, place) => {
    pick.setAttribute('role', 'button');
    pick.setAttribute('tabindex', place === 0 ? 0 : -1);
    pick.setAttribute('aria-label', pick.querySelector('title').textContent);
    const filter = () => {
      for (const range of ranges) {
        if (pick.dataset[range]) state[range] = pick.dataset[range].split(' ').map(Number);
      }
      go('features');
      changed();
      grid.focus();
    };
    pick.addEventListener('click', filter);
    pick.addEventListener('keydown', event => {
      const to = { ArrowRight: place + 1, ArrowLeft: place - 1, ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: picks.length - 1 };
      const next = picks[to[event.key]];
      if (event.key === 'Enter' || event.key === ' ') filter();
      else if (next) {
        pick.setAttribute('tabindex', -1);
        next.setAttribute('tabindex', 0);
        next.focus();
      } else return;
      event.preventDefault();
    });
  });
}
