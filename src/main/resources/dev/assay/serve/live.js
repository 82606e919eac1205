(() => {
  'use strict';
  const part = id => document.getElementById('live-' + id);
  const number = (value, digits) => value === null || value === undefined ? '' : value.toFixed(digits).replace('-', '−');
  const columns = {
    activation: ['Activation', feature => number(feature.activation, 3)],
    quantile: ['Quantile', feature => number(100 * feature.quantile, 1) + ' %'],
    attribution: ['Attribution', feature => number(feature.attribution, 4)],
    effect: ['Effect', feature => number(feature.effect, 4)],
  };
  let answer = null; // response to the last prompt
  let token = -1; // position whose features are listed; −1 for all
  let chosen = -1; // the feature that shades the tokens
  let runs = 0; // number of requests; only the response to the last one is shown

  /** Sends a request; an error response becomes an exception with the server's message. */
  async function ask(path, body) {
    let response;
    try {
      response = await fetch(path, body === undefined ? {} : {
        method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body),
      });
    } catch (unreachable) {
      throw new Error('the server does not respond; is it still running?');
    }
    const content = await response.json();
    if (!response.ok) throw new Error(content.error);
    return content;
  }

  function say(text, failed) {
    part('status').textContent = text;
    part('status').classList.toggle('failed', failed === true);
  }

  /** Appends the text of a token with signs for line breaks, and for a token that consists of blanks. */
  function appendToken(to, text) {
    const blank = text.trim() === '' ? [...text] : [];
    for (const character of blank) to.append(element('i', '', constants.signs[character] || character));
    if (text === '') to.append(element('i', '', constants.signs['']));
    if (blank.length > 0) return;
    text.split('\n').forEach((line, i) => {
      if (i > 0) to.append(element('i', '', constants.signs['\n']));
      to.append(line);
    });
  }

  /** Returns the relative activation at each token of the chosen feature, or of the strongest feature if none is chosen. */
  function heats() {
    const feature = answer.features.find(one => one.latent === chosen);
    const values = feature ? feature.activations : answer.tokens.map(one => Math.max(0,
        ...one.features.filter(active => chosen < 0 || active.latent === chosen).map(active => active.activation)));
    const largest = Math.max(...values, 1e-9);
    return values.map(value => value / largest);
  }

  function colour() {
    const heat = heats();
    [...part('tokens').children].forEach((button, i) => {
      button.style.setProperty('--heat', heat[i]);
      button.setAttribute('aria-pressed', i === token);
    });
    [...part('rows').children].forEach(row => row.classList.toggle('chosen', Number(row.dataset.latent) === chosen));
  }

  function showTokens() {
    part('tokens').replaceChildren(...answer.tokens.map((one, i) => {
      const button = element('button', 'live-token');
      button.type = 'button';
      appendToken(button, one.token);
      button.title = one.features.length === 0 ? 'no feature is active here'
          : one.features.map(active => `${active.latent}: ${number(active.activation, 3)}`).join('\n');
      button.addEventListener('click', () => {
        token = token === i ? -1 : i;
        reachable(i);
        showRows();
      });
      return button;
    }));
    reachable(0);
  }

  /** Makes Tab reach one token only; arrow keys reach the others. */
  function reachable(place) {
    [...part('tokens').children].forEach((button, i) => { button.tabIndex = i === place ? 0 : -1; });
  }

  part('tokens').addEventListener('keydown', event => {
    const buttons = [...part('tokens').children];
    const place = buttons.indexOf(event.target);
    const next = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (place < 0 || !buttons[next]) return;
    event.preventDefault();
    reachable(next);
    buttons[next].focus();
  });

  function showRows() {
    const labels = new Map(answer.features.map(feature => [feature.latent, feature.labels]));
    const rows = token < 0 ? answer.features : answer.tokens[token].features.map(active => ({
      ...active, labels: labels.get(active.latent) ?? [], peakTokens: answer.peakTokens[active.latent],
    }));
    const shown = Object.keys(columns).filter(key => rows.some(row => row[key] !== null && row[key] !== undefined));
    const heads = element('tr');
    heads.append(element('th', 'n', 'Feature'), ...shown.map(key => element('th', 'n', columns[key][0])),
        element('th', '', token < 0 ? 'Peaks on' : 'Peaks on (active at the chosen token)'), element('th'));
    part('heads').replaceChildren(heads);
    part('rows').replaceChildren(...rows.map(feature => row(feature, shown)));
    colour();
  }

  function row(feature, shown) {
    const line = element('tr');
    line.dataset.latent = feature.latent;
    const link = element('a', '', feature.latent);
    link.href = `#feature-${feature.latent}`;
    const first = element('td', 'n');
    first.append(link);
    const peaks = element('td', 'peaks');
    feature.labels.forEach(label => peaks.append(element('span', 'label', label)));
    feature.peakTokens.forEach(text => peaks.append(element('code', '', visible(text))));
    const effects = element('button', '', 'Ablate');
    effects.type = 'button';
    effects.title = 'Effects of ablation in the strongest examples of this feature';
    effects.addEventListener('click', () => ablate(feature.latent));
    const last = element('td');
    last.append(effects);
    line.append(first, ...shown.map(key => element('td', 'n', columns[key][1](feature))), peaks, last);
    for (const event of ['mouseenter', 'focusin']) line.addEventListener(event, () => choose(feature.latent));
    line.addEventListener('mouseleave', () => choose(-1));
    return line;
  }

  function choose(latent) {
    chosen = latent;
    colour();
  }

  async function ablate(latent) {
    say(`Ablating feature ${latent} …`);
    try {
      const report = await ask(`/api/feature/${latent}?effects=3`);
      const panel = element('div', 'live-effects');
      const largest = Math.max(1e-9, ...report.effects.flatMap(one => one.tokens.map(at => Math.abs(at.lossChange ?? 0))));
      panel.append(element('p', '', report.effects.length === 0 ? `Feature ${latent} has no examples.`
          : `Feature ${latent} ablated in its strongest examples: the loss of the next token increases (blue) or decreases (red), by up to ${
              number(largest, 3)} nats. Underlined tokens: the feature is active.`));
      report.effects.forEach(one => {
        const line = element('div');
        one.tokens.forEach(at => {
          const change = at.lossChange ?? 0;
          const piece = element('span', (change < 0 ? 'less' : 'more') + (at.activation > 0 ? ' active' : ''));
          piece.style.setProperty('--heat', Math.abs(change) / largest);
          piece.title = `activation ${number(at.activation, 3)}\nchange of the loss ${number(at.lossChange, 4)} nats\ndirect ${
              number(at.directLossChange, 4)} nats`;
          appendToken(piece, at.token);
          line.append(piece);
        });
        panel.append(line);
      });
      part('effects').replaceChildren(panel);
      panel.scrollIntoView({ block: 'nearest' });
      say(answer.summary);
    } catch (failure) {
      say(failure.message, true);
    }
  }

  async function run() {
    const text = part('text').value;
    if (text === '') {
      say('Enter a text first.');
      return;
    }
    const mine = ++runs;
    part('run').disabled = true;
    say('Running the model …');
    try {
      const found = await ask('/api/prompt', { text, ranking: part('ranking').value });
      if (mine !== runs) return;
      answer = found;
      token = -1;
      chosen = -1;
      part('effects').replaceChildren();
      showTokens();
      showRows();
      show(true);
      say(answer.summary);
    } catch (failure) {
      if (mine === runs) say(failure.message, true);
    } finally {
      if (mine === runs) part('run').disabled = false;
    }
  }

  function show(answered) {
    part('answer').hidden = !answered;
    part('clear').hidden = !answered;
  }

  part('clear').addEventListener('click', () => {
    show(false);
    say('');
    part('text').focus();
  });
  part('form').addEventListener('submit', event => {
    event.preventDefault();
    run();
  });
  part('text').addEventListener('keydown', event => {
    event.stopPropagation(); // the page has its own keyboard shortcuts
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) run();
  });
  part('ranking').addEventListener('change', () => answer && run());
  document.getElementById('live').hidden = false;
})();
