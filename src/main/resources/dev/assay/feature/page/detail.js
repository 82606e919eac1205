// --------------------------------------------------------------------------------------------------------------------- one feature

const opened = new Map(); // pack to its cards
const chosen = { view: 'top', shade: 'activation', whole: false }; // the same for all features

/** Returns the text of a pack. Packs follow the script in the page, so the first one may still be loading. */
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

/** Adds label and peak tokens to each related feature of a card. */
function introduce(card) {
  for (const link of card.querySelectorAll('.related a')) {
    const latent = Number(link.textContent);
    const peaks = element('span', 'peaks');
    for (const label of labelsOf(latent).slice(0, 1)) peaks.append(element('span', 'label', label + ' '));
    for (const token of tokensOf('peaks', latent).slice(0, 3)) peaks.append(element('code', '', visible(token)));
    link.after(peaks);
  }
}

/** Shows a feature. The address is written before unpacking, so that a copied link is correct meanwhile. */
async function show(latent, { how = 'push', focus = false } = {}) {
  if (!(latent >= 0 && latent < total)) return;
  state.latent = latent;
  remember(how);
  reveal();
  steppable();
  const cards = await unpack(Math.floor(latent / constants.featuresPerPack));
  if (state.latent !== latent) return; // another feature was opened meanwhile
  const detail = byId('detail');
  detail.innerHTML = cards[latent % constants.featuresPerPack]; // escaped when the page was written
  detail.firstElementChild.removeAttribute('id'); // toTop scrolls to it, below the bar
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

/** Scrolls to the features, below the bar and the prompt box of a server. */
function toTop() {
  const top = byId('browser').getBoundingClientRect().top + scrollY;
  scrollTo(0, top > innerHeight / 3 ? top - 64 : 0);
}

/** Applies the reader's choices to a card, as far as the card offers them. */
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
  const numbers = tokens.map(described);
  const value = text => Number(text.replace('−', '-').replace(/,|\+| nats/g, ''));
  const effect = name => numbers.map(lines => lines.find(line => line[0].startsWith(name))).map(line => line ? value(line[1]) : null);
  const example = {
    position: Number(line.dataset.at), document: Number(line.dataset.in), peak: tokens.findIndex(token => token.nodeName === 'B'),
    tokens: tokens.map(plain), activations: numbers.map(lines => value(lines[0][1])),
  };
  if (numbers.some(lines => lines.length > 1)) {
    Object.assign(example, { directLossChange: effect('direct'), lossChange: effect('true') });
  }
  return example;
}

/** Reads a feature as an object from its card; numbers have the digits of the card. */
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
    explanations: explanationsOf(state.latent),
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
    // A page from a file or in a frame may not use the clipboard, but may copy a selection.
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
