// ------------------------------------------------------------------------------------ the address: view, feature, order and filters

const ranges = ['density', 'max', 'kurtosis'];

/** Returns the fragment of the address: a view or a feature, then everything that differs from the defaults. */
function address(latent = state.latent, view = state.view) {
  const place = view === 'overview' ? 'overview' : latent >= 0 ? `feature-${latent}` : 'features';
  const asked = new URLSearchParams();
  if (state.sort !== defaults.sort) asked.set('sort', state.sort);
  if (state.descending !== defaults.descending) asked.set('order', 'ascending');
  if (state.query !== '') asked.set('query', state.query);
  if (state.where !== defaults.where) asked.set('in', state.where);
  if (state.label !== '') asked.set('label', state.label);
  if (state.dead) asked.set('dead', 'too');
  for (const range of ranges) {
    const [low, high] = state[range];
    if (low > 0 || high < Infinity) asked.set(range, `${low || ''}..${high < Infinity ? high : ''}`);
  }
  const text = asked.toString();
  return `#${place}${text && '&' + text}`;
}

/**
 * Reads an address into the state. A plain link to a feature keeps order and filters; an address that this page wrote sets all of them.
 */
function readAddress(hash, written) {
  const [place, ...rest] = hash.replace(/^#/, '').split('&');
  const feature = /^(?:feature-)?(\d+)$/.exec(place);
  if (rest.length > 0 || written) {
    const asked = new URLSearchParams(rest.join('&'));
    const given = (name, otherwise) => asked.has(name) ? asked.get(name) : otherwise;
    state.sort = asked.get('sort') in keys ? asked.get('sort') : defaults.sort;
    state.descending = given('order', '') !== 'ascending';
    state.query = given('query', '');
    state.where = given('in', defaults.where) in { all: 1, peaks: 1, up: 1, down: 1, label: 1, explanation: 1, number: 1 }
        ? given('in', defaults.where) : defaults.where;
    state.label = given('label', '');
    state.dead = given('dead', '') === 'too';
    for (const range of ranges) {
      const [low, high] = given(range, '..').split('..').map(Number);
      state[range] = [low > 0 ? low : 0, high > 0 ? high : Infinity];
    }
  }
  const latent = feature ? Number(feature[1]) : -1;
  if (latent >= 0 && latent < total) {
    state.latent = latent;
    state.view = 'features';
  } else {
    state.view = place === 'features' ? 'features' : 'overview';
  }
}

/** Writes the address. A sandboxed frame without an origin has no history to write to. */
function remember(how) {
  const same = address() === location.hash;
  try {
    history[how === 'push' && !same ? 'pushState' : 'replaceState']({ written: true }, '', address());
  } catch (refused) {
    if (refused.name !== 'SecurityError') throw refused;
  }
}
