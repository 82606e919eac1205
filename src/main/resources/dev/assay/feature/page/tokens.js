// -------------------------------------------------------------------------------- tokens of examples: tooltips, keyboard focus

const tip = byId('tip');
const TOKEN = '.examples li :is(u, i, b)';

/** Returns name and value of each number of a token. Its title becomes a data attribute, so that only our tooltip is shown. */
function described(token) {
  if (token.title) {
    token.dataset.tip = token.title;
    token.removeAttribute('title');
  }
  const [activation, ...effects] = (token.dataset.tip || '0').split('; ');
  return [['activation', activation], ...effects.map(effect => {
    const [, name, value] = /^(.*) (\S+)$/.exec(effect);
    return [name, value + ' nats'];
  })];
}

function showTip(token) {
  const lines = described(token).map(([name, value]) => {
    const line = element('div');
    line.append(element('span', '', name), element('b', '', value));
    return line;
  });
  tip.replaceChildren(element('code', '', visible(plain(token))), ...lines);
  tip.hidden = false;
  token.setAttribute('aria-describedby', 'tip');
  const box = token.getClientRects()[0];
  const above = box.top > tip.offsetHeight + 12;
  tip.style.left = `${Math.max(8, Math.min(box.left, innerWidth - tip.offsetWidth - 8))}px`;
  tip.style.top = `${above ? box.top - tip.offsetHeight - 6 : box.bottom + 6}px`;
}

function hideTip(event) {
  tip.hidden = true;
  event.target.closest?.('[aria-describedby="tip"]')?.removeAttribute('aria-describedby');
}

/** Returns the text of a token as the tokenizer has it: signs become white space again. */
function plain(token) {
  return [...token.childNodes].map(node => node.nodeName === 'S' ? meaningOf(node.textContent) : node.textContent).join('');
}

const lines = token => [...token.closest('.examples').querySelectorAll('.view li')].filter(line => line.offsetParent);

/** Makes Tab reach one token only: the first peak, later the token that was focused last. */
function reachable(token) {
  for (const other of token.closest('.examples').querySelectorAll('[tabindex="0"]:is(u, i, b)')) other.tabIndex = -1;
  token.tabIndex = 0;
}

function reachFirst() {
  const first = [...document.querySelectorAll('#detail .view b')].find(peak => peak.offsetParent);
  if (first) reachable(first);
}

/** Focuses a token; if it is cut off at the edge of its line, the line opens. */
function focusToken(token) {
  const line = token.closest('li');
  const side = token.closest('.r') || token.closest('.l');
  const [box, frame] = [token.getBoundingClientRect(), side.getBoundingClientRect()];
  if (frame.width > 0 && (box.left < frame.left - 1 || box.right > frame.right + 1)) line.classList.add('open');
  reachable(token);
  token.focus();
}

function stepToken(event, token) {
  const tokens = [...token.closest('li').querySelectorAll(':scope :is(u, i, b)')];
  const all = lines(token);
  const place = all.indexOf(token.closest('li'));
  const peak = line => line && line.querySelector('b');
  const next = {
    ArrowRight: () => tokens[tokens.indexOf(token) + 1],
    ArrowLeft: () => tokens[tokens.indexOf(token) - 1],
    ArrowDown: () => peak(all[place + 1]),
    ArrowUp: () => peak(all[place - 1]),
    Home: () => peak(all[0]),
    End: () => peak(all[all.length - 1]),
  }[event.key];
  if (event.key === 'Enter' || event.key === ' ') token.closest('li').classList.toggle('open');
  else if (next) {
    const found = next();
    if (found) focusToken(found);
  } else return;
  event.preventDefault();
}

byId('detail').addEventListener('keydown', event => {
  if (event.target.matches(TOKEN)) stepToken(event, event.target);
});
byId('detail').addEventListener('pointerover', event => {
  const token = event.target.closest(TOKEN);
  if (token) showTip(token);
});
byId('detail').addEventListener('pointerout', hideTip);
byId('detail').addEventListener('focusin', event => {
  if (event.target.matches(TOKEN)) showTip(event.target);
});
byId('detail').addEventListener('focusout', hideTip);
byId('detail').addEventListener('click', event => {
  const line = event.target.closest('.examples li');
  if (line && getSelection().isCollapsed) line.classList.toggle('open');
});
addEventListener('scroll', () => {
  tip.hidden = true;
  if (document.activeElement.matches(TOKEN)) showTip(document.activeElement);
}, { passive: true });
