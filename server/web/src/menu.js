// SPDX-License-Identifier: LGPL-2.1-or-later
// A button that opens a list to choose from.
import {button, make} from './dom.js';
import {icon} from './icons.js';

/// choices() -> [{label, on, choose()}]
export function menu(label, drawing, choices) {
  const list = make('div', {role: 'menu', class: 'menu', 'aria-label': label, hidden: true});
  const opener = button(label, icon(drawing), () => (list.hidden ? open() : close()), {'aria-haspopup': 'menu', 'aria-expanded': 'false'});
  const box = make('div', {class: 'menu-box'}, opener, list);

  function open() {
    list.replaceChildren(...choices().map(({label: text, on, choose}) => make('button', {type: 'button', role: 'menuitemradio',
      'aria-checked': String(Boolean(on)), onclick: () => { choose(); close(); }}, make('bdi', {}, text))));
    list.hidden = false;
    opener.setAttribute('aria-expanded', 'true');
    (list.querySelector('[aria-checked=true]') || list.firstChild)?.focus();
  }
  function close(back = true) {
    if (list.hidden) return;
    list.hidden = true;
    opener.setAttribute('aria-expanded', 'false');
    if (back) opener.focus();
  }
  list.addEventListener('keydown', event => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    close();
  });
  box.addEventListener('focusout', event => { if (event.relatedTarget && !box.contains(event.relatedTarget)) close(false); });
  document.addEventListener('pointerdown', event => { if (!box.contains(event.target)) close(false); });
  return {box, update() { box.hidden = choices().length < 2; }};
}
