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

/** Returns the sign of a character without a glyph, as the Java class VisibleSigns does. */
function signOf(character) {
  const code = character.codePointAt(0);
  if (constants.signs[character]) return constants.signs[character];
  if (code < 32) return String.fromCodePoint(0x2400 + code);
  return code === 127 ? '\u2421' : 'U+' + code.toString(16).toUpperCase().padStart(4, '0');
}

const CONTROLS = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;
const BLANK = /^[\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]+$/u;

/** Formats a token: spaces at its ends, line breaks and characters without a glyph become signs. */
const visible = token => token === '' ? constants.signs['']
    : BLANK.test(token) ? [...token].map(signOf).join('')
    : token.replace(/^ +| +$/g, spaces => constants.signs[' '].repeat(spaces.length)).replace(CONTROLS, signOf);

const meanings = Object.fromEntries(Object.entries(constants.signs).map(([text, sign]) => [sign, text]));

/** Returns the character that a sign stands for. */
function meaningOf(sign) {
  if (sign in meanings) return meanings[sign];
  if (sign.startsWith('U+')) return String.fromCodePoint(parseInt(sign.slice(2), 16));
  return sign === '\u2421' ? '\u007f' : String.fromCodePoint(sign.codePointAt(0) - 0x2400);
}
