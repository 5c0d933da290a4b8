// SPDX-License-Identifier: LGPL-2.1-or-later
// A trouble in words: what has happened, what to do, what the server said.
import {make} from './dom.js';
import {words} from './words.js';

export function sayTrouble(trouble, again, ...more) {
  const said = trouble.said && trouble.said !== trouble.title ? trouble.said : '';
  return make('div', {class: 'trouble', role: 'alert'}, make('h2', {}, trouble.title || String(trouble)),
    trouble.help && make('p', {}, trouble.help), said && make('p', {class: 'quiet-text'}, said),
    make('div', {class: 'buttons'}, again && make('button', {type: 'button', class: 'strong', onclick: again}, words.player.again), ...more));
}
