// ------------------------------------------------------------------------------------------------------- elements, numbers, tokens
// Without these scripts the page keeps its overview and its strongest features.

const byId = id => document.getElementById(id);

function element(name, style, text) {
  const made = document.createElement(name);
  if (style) made.className = style;
  if (text !== undefined) made.textContent = text;
  return made;
}

const minus = text => text.replace('-', '−');

/** Three digits behind the point at most, as the cards have them. */
const number = value => value === 0 ? '0' : minus(value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2));

const percent = share => {
  const value = 100 * share;
  if (value === 0) return '0 %';
  const digits = value >= 10 ? 0 : value >= 1 ? 1 : Math.ceil(-Math.log10(value)) + 1;
  return value.toFixed(Math.min(digits, 8)) + ' %';
};

const count = value => value.toLocaleString('en');

/** A token by itself: the spaces at its ends and line breaks are signs. */
const visible = token => token === '' ? '∅' : token.replace(/^ +| +$/g, spaces => '·'.repeat(spaces.length))
    .replace(/\n/g, '↵').replace(/\t/g, '⇥').replace(/\r/g, '␍');
