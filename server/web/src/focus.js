// SPDX-License-Identifier: LGPL-2.1-or-later
// The page by arrow keys alone, as a TV's remote control has them: focus goes to the nearest thing in that direction.
const directions = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
const backKeys = new Set(['GoBack', 'BrowserBack', 'XF86Back']);
const backCodes = new Set([461, 10009]);  // LG, Samsung
// A slider that left and right move would be no way through: TVs have keys for the volume.
const targets = 'a[href]:not([tabindex="-1"]):not(.skip), button, input:not(.volume):not([tabindex="-1"]), select, summary, [tabindex="0"]';

const visible = element => !element.disabled && element.getClientRects().length > 0 &&
  !element.closest('details:not([open]) > :not(summary)') &&
  getComputedStyle(element).visibility !== 'hidden';

/// Of a modal dialog or an open menu: only what is in it.
function room() {
  const dialogs = document.querySelectorAll('dialog[open]');
  return dialogs[dialogs.length - 1] || document.querySelector('[role=menu]:not([hidden])') || document;
}

const within = (inner, outer) => inner.top >= outer.top - 1 && inner.bottom <= outer.bottom + 1 && inner.left >= outer.left - 1 &&
  inner.right <= outer.right + 1;

/// How far it is, what lies aside counting threefold; Infinity if it does not lie there. Of what lies on something else (the
/// controls on the picture) the middles count, up and down; a row is entered from above wherever one is.
function distance(from, to, row, [x, y]) {
  const along = x ? (x > 0 ? to.left - from.right : from.left - to.right) : y > 0 ? to.top - from.bottom : from.top - to.bottom;
  const middle = x ? (to.left + to.right - from.left - from.right) * x : (to.top + to.bottom - from.top - from.bottom) * y;
  if (within(to, from) || within(from, to)) return y && middle > 0 ? middle / (within(to, from) ? 100 : 2) : Infinity;
  if (along < -2 && (middle <= 0 || along < -Math.min(x ? from.width : from.height, x ? to.width : to.height) / 2)) return Infinity;
  const aside = x ? Math.max(0, to.top - from.bottom, from.top - to.bottom) : Math.max(0, row.left - from.right, from.left - row.right);
  const centres = x ? Math.abs(to.top + to.bottom - from.top - from.bottom) : Math.abs(to.left + to.right - from.left - from.right);
  return Math.max(0, along) + 3 * aside + centres / 50;
}

export function move(key) {
  const here = document.activeElement, all = [...room().querySelectorAll(targets)].filter(e => e !== here && visible(e));
  if (!here || here === document.body || here.id === 'main' || !visible(here)) return focus(all[0]);
  const from = here.getBoundingClientRect(), direction = directions[key], rectangle = e => e.getBoundingClientRect();
  const ranked = all.map(e => [distance(from, rectangle(e), rectangle(e.closest('.buttons, .row, header') || e), direction), e])
    .filter(([far]) => far < Infinity).sort((a, b) => a[0] - b[0]);
  return ranked.length > 0 && focus(ranked[0][1]);
}

function focus(element) {
  if (!element) return false;
  element.focus();
  element.scrollIntoView({block: 'nearest', inline: 'nearest'});
  return true;
}

/// Left and right belong to a text as long as there is text on that side.
function ownUse(element, key) {
  if (element.matches('select')) return key === 'ArrowUp' || key === 'ArrowDown';
  if (element.matches('input[type=range]')) return key === 'ArrowLeft' || key === 'ArrowRight';
  if (!element.matches('input:not([type=checkbox]):not([type=file]), textarea')) return false;
  if (key === 'ArrowLeft') return element.selectionStart > 0;
  if (key === 'ArrowRight') return element.selectionEnd < element.value.length;
  return false;
}

export function moveFocusByArrows() {
  document.addEventListener('keydown', event => {
    if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey) return;
    if (backKeys.has(event.key) || backCodes.has(event.keyCode)) {
      event.preventDefault();
      history.back();
    } else if (event.key in directions && !ownUse(event.target, event.key) && move(event.key)) {
      event.preventDefault();
    }
  });
}
