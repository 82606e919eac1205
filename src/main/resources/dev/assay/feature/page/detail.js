// --------------------------------------------------------------------------------------------------------------------- one feature

const PACK = 32; // features a pack
const opened = new Map(); // pack to its cards
const chosen = { view: 'top', shade: 'activation', whole: false }; // kept from feature to feature

/** The packs stand behind the script, so the first one that is asked for may still be on its way. */
async function packed(pack) {
  while (!byId(`pack-${pack}`)?.nextSibling && document.readyState === 'loading') {
    await new Promise(resolve => setTimeout(resolve, 10));
  }
  return byId(`pack-${pack}`).textContent;
}

async function unpack(pack) {
  if (!opened.has(pack)) {
    const text = atob(await packed(pack));
    const bytes = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate'));
    opened.set(pack, await new Response(stream).json());
    if (opened.size > 64) opened.delete(opened.keys().next().value);
  }
  return opened.get(pack);
}

/** Says of each feature that a card names what it peaks on. */
function introduce(card) {
  for (const link of card.querySelectorAll('.kin a')) {
    const latent = Number(link.textContent);
    const peaks = element('span', 'peaks');
    for (const label of labelsOf(latent).slice(0, 1)) peaks.append(element('span', 'label', label + ' '));
    for (const token of tokensOf('peaks', latent).slice(0, 3)) peaks.append(element('code', '', visible(token)));
    link.after(peaks);
  }
}

/** Shows a feature. Its address is written at once, so that a link to it is right even while it is unpacked. */
async function show(latent, { how = 'push', focus = false } = {}) {
  if (!(latent >= 0 && latent < total)) return;
  state.latent = latent;
  remember(how);
  reveal();
  steppable();
  const cards = await unpack(Math.floor(latent / PACK));
  if (state.latent !== latent) return; // the reader went on meanwhile
  const detail = byId('detail');
  detail.innerHTML = cards[latent % PACK]; // written and escaped where the page was made
  detail.firstElementChild.removeAttribute('id'); // the page goes to it by itself, below its bar
  introduce(detail);
  choose();
  document.title = `Feature ${latent} – ${document.querySelector('h1').textContent}`;
  byId('status').textContent = `Feature ${latent}`;
  const heading = detail.querySelector('h3');
  heading.tabIndex = -1;
  if (focus) {
    heading.focus({ preventScroll: true });
    toTop();
  }
}

/** Goes to where the features begin: below the bar, or below what a server put between it and them. */
function toTop() {
  const top = byId('browser').getBoundingClientRect().top + scrollY;
  scrollTo(0, top > innerHeight / 3 ? top - 64 : 0);
}

/** Sets the choices of a card to those of the reader; what a card lacks stays as it is. */
function choose() {
  for (const input of byId('detail').querySelectorAll('.choices input')) {
    if (input.type === 'checkbox') input.checked = chosen.whole;
    else if (input.value === chosen.view || input.value === chosen.shade) input.checked = true;
  }
  reachFirst();
}

byId('detail').addEventListener('change', event => {
  const input = event.target;
  if (input.type === 'checkbox') chosen.whole = input.checked;
  else chosen[input.name.endsWith('view') ? 'view' : 'shade'] = input.value;
  reachFirst();
});

// ------------------------------------------------------------------------------------------------------------------- stepping, copying

const placeOf = by => {
  const place = state.rows.indexOf(state.latent);
  return place < 0 ? 0 : Math.max(0, Math.min(state.rows.length - 1, place + by));
};

function steppable() {
  const place = state.rows.indexOf(state.latent);
  byId('previous').disabled = place <= 0;
  byId('next').disabled = state.rows.length === 0 || place + 1 >= state.rows.length;
}

function step(by) {
  if (state.rows.length > 0) show(state.rows[placeOf(by)], { how: 'replace' });
}

const numberIn = data => Number(data.getAttribute('value'));
const facts = box => box ? Object.fromEntries([...box.querySelectorAll('data')].map(data => [data.className, numberIn(data)])) : null;

function exampleOf(line) {
  const tokens = [...line.querySelectorAll('u, i, b')];
  const told = tokens.map(described);
  const value = text => Number(text.replace('−', '-').replace(/,|\+| nats/g, ''));
  const effect = name => told.map(lines => lines.find(line => line[0].startsWith(name))).map(line => line ? value(line[1]) : null);
  const example = {
    position: Number(line.dataset.at), document: Number(line.dataset.in), peak: tokens.findIndex(token => token.nodeName === 'B'),
    tokens: tokens.map(plain), activations: told.map(lines => value(lines[0][1])),
  };
  if (told.some(lines => lines.length > 1)) {
    Object.assign(example, { directLossChange: effect('direct'), lossChange: effect('true') });
  }
  return example;
}

/** A feature as a value, read off its card: numbers have the digits that the card has. */
function featureOf(card) {
  const all = (selector, made) => [...card.querySelectorAll(selector)].map(made);
  const logit = line => ({ id: Number(line.dataset.id), token: plain(line.querySelector('code')), weight: numberIn(line.querySelector('data')) });
  const named = line => Number(line.querySelector('a, b').textContent);
  const group = box => ({
    lower: Number(box.dataset.lower), upper: Number(box.dataset.upper), share: Number(box.dataset.share),
    examples: [...box.querySelectorAll('li')].map(exampleOf),
  });
  return {
    feature: state.latent,
    title: document.querySelector('h1').textContent,
    labels: labelsOf(state.latent),
    statistics: { ...facts(card.querySelector('.facts')), ...facts(card.querySelector('.firing .moments')) },
    logitWeights: facts(card.querySelector('.weights .moments')),
    makesMoreLikely: all('.logits.up li', logit),
    makesLessLikely: all('.logits.down li', logit),
    neighbours: all('.neighbours li', line => ({
      latent: named(line), measure: line.closest('section').dataset.measure, value: numberIn(line.querySelector('data')),
    })),
    cofiring: all('.cofiring tbody tr', line => {
      const [together, jaccard, pearson, lift] = [...line.querySelectorAll('data')].map(numberIn);
      return { latent: named(line), together, jaccard, pearson, lift };
    }),
    examples: all('.view.top li', exampleOf),
    byInterval: all('.view.interval .group', group),
    byQuantile: all('.view.quantile .group', group),
  };
}

async function copy(button, text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch (refused) {
    // A page from a file, or in a frame, may not use the clipboard; a selection may still be copied.
    const area = document.body.appendChild(element('textarea', 'hidden'));
    area.value = text;
    area.select();
    document.execCommand('copy');
    area.remove();
    button.focus();
  }
  const before = button.textContent;
  button.textContent = 'Copied';
  byId('status').textContent = 'Copied';
  setTimeout(() => { button.textContent = before; }, 1200);
}

byId('previous').addEventListener('click', () => step(-1));
byId('next').addEventListener('click', () => step(1));
byId('copy-link').addEventListener('click', event =>
    copy(event.currentTarget, location.href.replace(/#.*$/, '') + `#feature-${state.latent}`));
byId('copy-json').addEventListener('click', event =>
    copy(event.currentTarget, JSON.stringify(featureOf(byId('detail')), null, 1)));
