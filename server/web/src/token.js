// SPDX-License-Identifier: LGPL-2.1-or-later
// The API's token: asked for once, kept by this browser.
import {make} from './dom.js';
import {words} from './words.js';

const place = 'gst-torrent.token';
let asking = null;

export const token = () => localStorage.getItem(place) || '';
export function forget() { localStorage.removeItem(place); }

/// ?token= of the page's address, as links to it may have it. It does not stay in the address.
export function takeFromAddress() {
  const address = new URL(location.href), given = address.searchParams.get('token');
  if (!given) return;
  localStorage.setItem(place, given);
  address.searchParams.delete('token');
  history.replaceState(null, '', address);
}

/// Once for all who ask meanwhile.
export function askForToken(why) {
  asking = asking || new Promise(done => {
    const field = make('input', {type: 'password', id: 'token', required: true, autocomplete: 'current-password'});
    const form = make('form', {method: 'dialog'},
      make('h2', {id: 'token-title'}, words.token.title), make('p', {}, words.token.hint),
      make('label', {for: 'token'}, words.token.label), field, make('p', {class: 'wrong', role: 'alert'}, why || ''),
      make('button', {class: 'strong'}, words.token.go));
    const dialog = make('dialog', {'aria-labelledby': 'token-title'}, form);
    dialog.addEventListener('cancel', event => event.preventDefault());
    form.addEventListener('submit', () => {
      localStorage.setItem(place, field.value.trim());
      dialog.remove();
      asking = null;
      done();
    });
    document.body.append(dialog);
    dialog.showModal();
  });
  return asking;
}
