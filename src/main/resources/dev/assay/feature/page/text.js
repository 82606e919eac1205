// ------------------------------------------------------------------------------------------------------- elements, numbers, tokens
// Without scripts the page shows its overview and its strongest features.
// The scripts are concatenated in this order: text, catalogue, address, list, tokens, detail, filters, page. Each uses those before it;
// functions that are called only after loading may also come from later ones.

const byId = id => document.getElementById(id);

/** Values that Java writes into the page: features per pack, and the signs shown for white space. */
const constants = JSON.parse(byId('constants').textContent);

function element(name, style, text) {
  const made = document.createElement(name);
  if (style) made.className = style;
  if (text !== undefined) made.textContent = text;
  return made;
}

const minus = text => text.replace('-', '−');

/** Formats a number with at most two decimals. */
const number = value => value === 0 ? '0' : minus(value.toFixed(value >= 100 ? 0 : value >= 10 ? 1 : 2));

const percent = share => {
  const value = 100 * share;
  if (value === 0) return '0 %';
  const digits = value >= 10 ? 0 : value >= 1 ? 1 : Math.ceil(-Math.log10(value)) + 1;
  return value.toFixed(Math.min(digits, 8)) + ' %';
};

const count = value => value.toLocaleString('en');

/** Formats a token: spaces at its ends and line breaks become signs. */
const visible = token => token === '' ? constants.signs[''] : token
    .replace(/^ +| +$/g, spaces => constants.signs[' '].repeat(spaces.length))
    .replace(/[\n\t\r]/g, space => constants.signs[space]);
