// ------------------------------------------------------------------------------------------------------ the list: rows in view only

const ROW = 34; // pixels
const grid = byId('grid');
const list = byId('list');
const runway = list.firstElementChild;
list.style.setProperty('--row', `${ROW}px`);

function cell(style, text) {
  const made = element('span', style, text);
  made.setAttribute('role', 'gridcell');
  return made;
}

/** Describes a feature in a row: labels, the token that matches the search, the tokens it peaks on. */
function words(latent) {
  const made = cell('peaks');
  const needle = state.query.toLowerCase();
  const peaks = tokensOf('peaks', latent);
  const has = token => token.toLowerCase().includes(needle);
  if (needle !== '' && !peaks.some(has)) {
    for (const [side, arrow] of [['up', '↑'], ['down', '↓']]) {
      const found = tokensOf(side, latent).find(has);
      if (found !== undefined) made.append(element('code', side, arrow + visible(found)));
    }
  }
  for (const label of labelsOf(latent).slice(0, 2)) made.append(element('span', 'label', label));
  for (const one of explanationsOf(latent).slice(0, 1)) made.append(element('span', 'explained', one.text));
  for (const token of peaks) made.append(element('code', '', visible(token)));
  if (index.density[latent] === 0) made.append(element('span', 'none', 'dead'));
  return made;
}

function row(latent, place) {
  const made = element('div', 'row');
  const dead = index.density[latent] === 0;
  made.id = `row-${latent}`;
  made.setAttribute('role', 'row');
  made.setAttribute('aria-rowindex', place + 2);
  made.setAttribute('aria-selected', latent === state.latent);
  made.style.top = `${place * ROW}px`;
  made.dataset.latent = latent;
  made.append(
      cell('id', latent), words(latent), cell('n', dead ? '–' : percent(index.density[latent])),
      cell('n', dead ? '–' : number(index.max[latent])), cell('n', dead ? '–' : number(index.mean[latent])),
      cell('n', index.kurtosis[latent] === 0 ? '–' : number(index.kurtosis[latent])));
  return made;
}

function paint() {
  const first = Math.max(0, Math.floor(list.scrollTop / ROW) - 5);
  const end = Math.min(state.rows.length, first + Math.ceil(list.clientHeight / ROW) + 10);
  const made = [];
  for (let place = first; place < end; place++) made.push(row(state.rows[place], place));
  if (state.rows.length === 0) made.push(element('p', 'nothing', 'No feature matches.'));
  runway.replaceChildren(...made);
  const chosen = byId(`row-${state.latent}`);
  if (chosen) grid.setAttribute('aria-activedescendant', chosen.id);
  else grid.removeAttribute('aria-activedescendant');
}

/** Scrolls to the opened feature. */
function reveal() {
  const place = state.rows.indexOf(state.latent);
  if (place >= 0 && (place * ROW < list.scrollTop || (place + 1) * ROW > list.scrollTop + list.clientHeight)) {
    list.scrollTop = place * ROW - list.clientHeight / 3;
  }
  paint();
}

/** Rebuilds the list after the order, the search or a filter changed. */
function relist() {
  select();
  byId('shown').textContent = `${count(state.rows.length)} of ${count(total)}`;
  for (const button of document.querySelectorAll('.heads button')) {
    const sorted = button.dataset.key === state.sort;
    if (sorted) button.parentNode.setAttribute('aria-sort', state.descending ? 'descending' : 'ascending');
    else button.parentNode.removeAttribute('aria-sort');
  }
  grid.setAttribute('aria-rowcount', state.rows.length + 1);
  runway.style.height = `${state.rows.length * ROW}px`;
  list.scrollTop = 0;
  document.querySelector('.heads').style.setProperty('--bar', `${list.offsetWidth - list.clientWidth}px`);
  reveal();
  steppable();
}
