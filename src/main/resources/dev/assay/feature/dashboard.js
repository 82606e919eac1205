// Shows the list of all features and opens any of them. Without this script the page keeps its overview and its strongest features.
(() => {
  'use strict';
  if (!document.documentElement.classList.contains('scripted')) return;

  const byId = id => document.getElementById(id);
  const index = JSON.parse(byId('index').textContent);
  const total = index.density.length;
  const ROW = 34; // pixels, as in the style sheet
  const PACK = 32; // features a pack
  byId('static').remove(); // its ids would stand beside those of the opened feature

  const list = byId('list');
  const runway = list.firstElementChild;
  const query = byId('query');
  const low = byId('low');
  const high = byId('high');
  const dead = byId('dead');
  const state = { key: 'max', descending: true, rows: [], open: -1 };

  // ---------------------------------------------------------------------------------------------------------- numbers and tokens

  const minus = text => text.replace('-', '−');
  const number = value => value === 0 ? '0' : minus(value.toFixed(value >= 100 ? 1 : value >= 10 ? 2 : 3));
  const percent = share => {
    const value = 100 * share;
    if (value === 0) return '0 %';
    const digits = value >= 10 ? 0 : value >= 1 ? 1 : Math.ceil(-Math.log10(value)) + 1;
    return value.toFixed(Math.min(digits, 8)) + ' %';
  };
  const short = share => Number((100 * share).toPrecision(2)) + ' %';
  const visible = token => token.replace(/^ +| +$/g, spaces => '·'.repeat(spaces.length))
      .replace(/\n/g, '↵').replace(/\t/g, '⇥').replace(/\r/g, '␍');

  // ------------------------------------------------------------------------------------------------------------ search and order

  const has = (tokens, needle) => tokens.some(token => token.toLowerCase().includes(needle));

  function matches(latent, needle) {
    if (needle === '') return true;
    if (String(latent).startsWith(needle.replace(/^#/, ''))) return true;
    return has(index.tokens[latent], needle) || has(index.up[latent], needle) || has(index.down[latent], needle);
  }

  const keyOf = {
    latent: latent => latent,
    tokens: latent => (index.tokens[latent][0] || '\uffff').trim().toLowerCase(),
    density: latent => index.density[latent],
    max: latent => index.max[latent],
  };

  function refresh() {
    const needle = query.value.toLowerCase();
    const from = Number(low.value);
    const to = Number(high.value);
    const key = keyOf[state.key];
    const sign = state.descending ? -1 : 1;
    state.rows = [];
    for (let latent = 0; latent < total; latent++) {
      const density = index.density[latent];
      const inside = density === 0 ? dead.checked && from === 0 : density >= from && density < to;
      if (inside && matches(latent, needle)) state.rows.push(latent);
    }
    state.rows.sort((a, b) => {
      const [x, y] = [key(a), key(b)];
      return x < y ? -sign : x > y ? sign : a - b;
    });
    const exact = Number(needle.replace(/^#/, ''));
    const place = needle.trim() === '' ? -1 : state.rows.indexOf(exact);
    if (place > 0) state.rows.unshift(...state.rows.splice(place, 1));
    byId('shown').textContent = `${state.rows.length.toLocaleString('en')} of ${total.toLocaleString('en')}`;
    for (const button of document.querySelectorAll('.heads button')) {
      const sorted = button.dataset.key === state.key;
      button.className = !sorted ? '' : state.descending ? 'descending' : 'ascending';
      button.setAttribute('aria-pressed', sorted);
    }
    runway.style.height = `${state.rows.length * ROW}px`;
    list.scrollTop = 0;
    paint();
  }

  // -------------------------------------------------------------------------------------------------- the rows that are in view

  function element(name, style, text) {
    const made = document.createElement(name);
    made.className = style;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  function row(latent, place) {
    const made = element('div', 'row');
    made.id = `row-${latent}`;
    made.setAttribute('role', 'option');
    made.setAttribute('aria-selected', latent === state.open);
    made.style.top = `${place * ROW}px`;
    made.dataset.latent = latent;
    const tokens = element('span', 'tokens');
    for (const token of index.tokens[latent]) tokens.append(element('code', '', visible(token)));
    const needle = query.value.toLowerCase();
    if (needle !== '' && !has(index.tokens[latent], needle)) {
      const found = [['↑', index.up[latent]], ['↓', index.down[latent]]];
      for (const [arrow, side] of found) {
        for (const token of side.filter(token => token.toLowerCase().includes(needle)).slice(0, 1)) {
          tokens.prepend(element('code', arrow === '↑' ? 'up' : 'down', arrow + visible(token)));
        }
      }
    }
    if (index.density[latent] === 0) tokens.append(element('span', 'none', 'dead'));
    const density = element('span', 'density', index.density[latent] === 0 ? '–' : percent(index.density[latent]));
    made.append(element('span', 'id', latent), tokens, density, element('span', 'max', number(index.max[latent])));
    return made;
  }

  function paint() {
    const first = Math.max(0, Math.floor(list.scrollTop / ROW) - 5);
    const end = Math.min(state.rows.length, first + Math.ceil(list.clientHeight / ROW) + 10);
    const made = [];
    for (let place = first; place < end; place++) made.push(row(state.rows[place], place));
    if (state.rows.length === 0) made.push(element('p', 'nothing', 'No feature matches.'));
    runway.replaceChildren(...made);
  }

  // ------------------------------------------------------------------------------------------------------------- one feature

  const opened = new Map(); // pack to its cards

  async function unpack(pack) {
    if (!opened.has(pack)) {
      const bytes = Uint8Array.from(atob(byId(`pack-${pack}`).textContent), c => c.charCodeAt(0));
      const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
      opened.set(pack, await new Response(stream).json());
      if (opened.size > 64) opened.delete(opened.keys().next().value);
    }
    return opened.get(pack);
  }

  async function open(latent, follow) {
    if (!(latent >= 0 && latent < total)) return;
    state.open = latent;
    const place = state.rows.indexOf(latent);
    if (place >= 0 && (place * ROW < list.scrollTop || (place + 1) * ROW > list.scrollTop + list.clientHeight)) {
      list.scrollTop = place * ROW - list.clientHeight / 3;
    }
    list.setAttribute('aria-activedescendant', `row-${latent}`);
    paint();
    byId('previous').disabled = place <= 0;
    byId('next').disabled = place < 0 || place + 1 >= state.rows.length;
    const cards = await unpack(Math.floor(latent / PACK));
    if (state.open !== latent) return; // the reader went on meanwhile
    byId('detail').innerHTML = cards[latent % PACK]; // written and escaped where the page was made
    history.replaceState(null, '', `#feature-${latent}`);
    if (follow) byId('browser').scrollIntoView({ block: 'start' });
  }

  function step(by) {
    const rows = state.rows;
    if (rows.length === 0) return;
    const place = rows.indexOf(state.open);
    const last = rows.length - 1;
    open(rows[place < 0 ? 0 : Math.max(0, Math.min(last, place + by))]);
  }

  // ---------------------------------------------------------------------------------------------------------------- controls

  const decades = [1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1];
  low.append(new Option('any', 0), ...decades.map(value => new Option(short(value), value)));
  high.append(...decades.map(value => new Option(short(value), value)), new Option('any', 2, true, true));

  function choose(select, value) {
    if (![...select.options].some(option => Number(option.value) === value)) {
      const next = [...select.options].find(option => Number(option.value) > value);
      select.insertBefore(new Option(short(value), value), next || null);
    }
    select.selectedIndex = [...select.options].findIndex(option => Number(option.value) === value);
  }

  const fromAddress = () => {
    const asked = /^#(?:feature-)?(\d+)$/.exec(location.hash);
    return asked ? Number(asked[1]) : -1;
  };

  for (const control of [query, low, high, dead]) control.addEventListener('input', refresh);
  for (const button of document.querySelectorAll('.heads button')) {
    button.addEventListener('click', () => {
      const same = state.key === button.dataset.key;
      state.descending = same ? !state.descending : !['latent', 'tokens'].includes(button.dataset.key);
      state.key = button.dataset.key;
      refresh();
    });
  }
  for (const bar of document.querySelectorAll('.densities .bar')) {
    bar.addEventListener('click', () => {
      choose(low, Number(bar.dataset.low));
      choose(high, Number(bar.dataset.high));
      refresh();
      byId('browser').scrollIntoView({ block: 'start' });
    });
  }
  list.addEventListener('scroll', paint, { passive: true });
  list.addEventListener('click', event => {
    const clicked = event.target.closest('.row');
    if (clicked) open(Number(clicked.dataset.latent));
  });
  list.addEventListener('keydown', event => {
    const page = Math.max(1, Math.floor(list.clientHeight / ROW) - 1);
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    step(by);
  });
  document.addEventListener('keydown', event => {
    const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName);
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === '/' && !typing) {
      event.preventDefault();
      query.focus();
      query.select();
    } else if (event.target === query && (event.key === 'Enter' || event.key === 'ArrowDown')) {
      event.preventDefault();
      list.focus();
      if (state.rows.length > 0) open(state.rows[0]);
    } else if (!typing && (event.key === 'j' || event.key === 'k')) {
      step(event.key === 'j' ? 1 : -1);
    }
  });
  byId('previous').addEventListener('click', () => step(-1));
  byId('next').addEventListener('click', () => step(1));
  window.addEventListener('resize', paint);
  window.addEventListener('hashchange', () => open(fromAddress(), true));

  refresh();
  const asked = fromAddress();
  open(asked >= 0 ? asked : state.rows[0], asked >= 0);
})();
