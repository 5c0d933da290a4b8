// SPDX-License-Identifier: LGPL-2.1-or-later
// The page by arrow keys alone, as a TV's remote control has them: focus goes to the nearest thing in that direction.
const directions = {ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1]};
const backKeys = new Set(['GoBack', 'BrowserBack', 'XF86Back']);
const backCodes = new Set([461, 10009]);  // LG, Samsung
const targets = 'a[href], button, input, select, summary, [tabindex="0"]';

const visible = element => !element.disabled && element.getClientRects().length > 0 &&
  getComputedStyle(element).visibility !== 'hidden';

/// Of a modal dialog or an open menu: only what is in it.
function room() {
  const dialogs = document.querySelectorAll('dialog[open]');
  return dialogs[dialogs.length - 1] || document.querySelector('[role=menu]:not([hidden])') || document;
}

/// How far it is, what lies aside counting threefold; Infinity if it does not lie there.
function distance(from, to, [x, y]) {
  const along = x ? (x > 0 ? to.left - from.right : from.left - to.right) : y > 0 ? to.top - from.bottom : from.top - to.bottom;
  const middle = x ? (to.left + to.right - from.left - from.right) * x : (to.top + to.bottom - from.top - from.bottom) * y;
  if (along < -2 && (middle <= 0 || along < -Math.min(x ? from.width : from.height, x ? to.width : to.height) / 2)) return Infinity;
  const aside = x ? Math.max(0, to.top - from.bottom, from.top - to.bottom) : Math.max(0, to.left - from.right, from.left - to.right);
  const centres = x ? Math.abs(to.top + to.bottom - from.top - from.bottom) : Math.abs(to.left + to.right - from.left - from.right);
  return Math.max(0, along) + 3 * aside + centres / 50;
}

export function move(key) {
  const here = document.activeElement, all = [...room().querySelectorAll(targets)].filter(e => e !== here && visible(e));
  if (!here || here === document.body || here.id === 'main' || !visible(here)) return focus(all.find(e => !e.closest('.skip')));
  const from = here.getBoundingClientRect(), direction = directions[key];
  const ranked = all.filter(e => !e.contains(here) || e.tabIndex === 0).map(e => [distance(from, e.getBoundingClientRect(), direction), e])
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
