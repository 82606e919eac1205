// ---------------------------------------------------------------------------------------------------------------- views, keys, theme

const root = document.documentElement;
const help = byId('help');

/** Shows the current view. The list can be measured only while it is visible. */
function look() {
  root.dataset.view = state.view;
  for (const view of ['overview', 'features']) {
    const link = byId(`to-${view}`);
    if (view === state.view) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  if (state.view === 'overview') document.title = document.querySelector('h1').textContent;
}

/** Opens a view and adds it to the history. */
function go(view, { how = 'push', focus = false } = {}) {
  state.view = view;
  look();
  scrollTo(0, 0);
  if (view === 'features') {
    relist();
    show(state.latent >= 0 ? state.latent : state.rows[0] ?? 0, { how, focus });
  } else {
    remember(how);
    if (focus) byId('summary').focus({ preventScroll: true });
  }
}

/** Opens an address: the page's own at the start and after going back, or that of a link. */
function follow(hash, { written = false, how = 'replace', focus = false } = {}) {
  readAddress(hash, written);
  fillControls();
  go(state.view, { how, focus });
}

const themes = ['system', 'light', 'dark'];

/** Reads or writes the stored theme. A sandboxed frame has no storage and starts with the default. */
function kept(theme) {
  try {
    if (theme === undefined) return localStorage.getItem('assay-theme');
    localStorage.setItem('assay-theme', theme);
  } catch (refused) {
    if (refused.name !== 'SecurityError') throw refused;
  }
  return null;
}

function paintTheme(theme) {
  root.dataset.theme = themes.includes(theme) ? theme : 'system';
  byId('theme').textContent = `Theme: ${root.dataset.theme}`;
}

function nextTheme() {
  paintTheme(themes[(themes.indexOf(root.dataset.theme) + 1) % themes.length]);
  kept(root.dataset.theme);
}

function pick(value) {
  const input = byId('detail').querySelector(`.choices input[value="${value}"]`);
  if (input) input.click();
}

function nextShade() {
  const inputs = [...byId('detail').querySelectorAll('.choices input[name$="shade"]')];
  const place = inputs.findIndex(input => input.checked);
  if (inputs.length > 0) inputs[(place + 1) % inputs.length].click();
}

function search() {
  if (state.view !== 'features') go('features');
  byId('query').focus();
  byId('query').select();
}

const anywhere = {
  '/': search,
  j: () => step(1),
  k: () => step(-1),
  1: () => pick('top'),
  2: () => pick('interval'),
  3: () => pick('quantile'),
  e: nextShade,
  w: () => pick('whole'),
  g: () => go(state.view === 'overview' ? 'features' : 'overview', { focus: true }),
  t: nextTheme,
  '?': () => help.showModal(),
};
const onlyFeatures = new Set(['j', 'k', '1', '2', '3', 'e', 'w']);

document.addEventListener('keydown', event => {
  const typing = event.target.matches('input:not([type="checkbox"], [type="radio"]), select, textarea');
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || help.open) return;
  if (event.target === byId('query') && (event.key === 'Enter' || event.key === 'ArrowDown')) {
    grid.focus();
    if (state.rows.length > 0) show(state.rows[0]);
  } else if (event.key === 'Escape' && event.target.closest('.detail, .finder')) {
    grid.focus();
  } else if (!typing && anywhere[event.key] && (state.view === 'features' || !onlyFeatures.has(event.key))) {
    anywhere[event.key]();
  } else return;
  event.preventDefault();
});

grid.addEventListener('keydown', event => {
  if (event.target !== grid && event.target !== list) return;
  const page = Math.max(1, Math.floor(list.clientHeight / ROW) - 1);
  const by = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -Infinity, End: Infinity }[event.key];
  if (by !== undefined) step(by);
  else if (event.key === 'Enter') byId('detail').querySelector('h3')?.focus();
  else return;
  event.preventDefault();
});
list.addEventListener('scroll', paint, { passive: true });
list.addEventListener('click', event => {
  const clicked = event.target.closest('.row');
  if (!clicked) return;
  show(Number(clicked.dataset.latent));
  grid.focus({ preventScroll: true });
});

byId('theme').addEventListener('click', nextTheme);
byId('keys').addEventListener('click', () => help.showModal());
addEventListener('resize', () => { if (state.view === 'features') paint(); });
addEventListener('popstate', event => follow(location.hash, { written: event.state?.written, focus: true }));
// Links are handled here because inside a frame they would navigate the surrounding page.
document.addEventListener('click', event => {
  const link = event.target.closest('a[href^="#"]');
  if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  follow(link.getAttribute('href'), { how: 'push', focus: true });
});

byId('static').remove(); // its ids would duplicate those of the opened feature
byId('copy-link').hidden = location.protocol === 'about:'; // the page in a frame has no address to share
paintTheme(kept());
offerLabels();
follow(location.hash);
root.dataset.ready = Math.round(performance.now()); // milliseconds from the start of the navigation until the page can be used
