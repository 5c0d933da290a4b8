// SPDX-License-Identifier: LGPL-2.1-or-later
// The player's keys, and the sheet that lists them.
import {make} from './dom.js';
import {words} from './words.js';

export function help() {
  const dialog = make('dialog', {'aria-labelledby': 'keys-title', onclose: () => dialog.remove()},
    make('h2', {id: 'keys-title'}, words.player.help),
    make('dl', {class: 'keys'}, words.player.keys.map(([key, does]) => make('div', {}, make('dt', {}, key), make('dd', {}, does)))),
    make('form', {method: 'dialog'}, make('button', {class: 'strong'}, words.player.close)));
  document.body.append(dialog);
  dialog.showModal();
}

/// acts: toggle, jump(by), louder(by), mute, full, subtitles. Letters work wherever no text is typed, what TVs have too
/// (arrows, Enter) only on the picture.
export function listen(stage, signal, acts) {
  const letters = {' ': acts.toggle, k: acts.toggle, m: acts.mute, f: acts.full, c: acts.subtitles, '?': help,
    '+': () => acts.louder(0.1), '-': () => acts.louder(-0.1), MediaPlayPause: acts.toggle, MediaPlay: acts.toggle, MediaPause: acts.toggle,
    MediaFastForward: () => acts.jump(30), MediaRewind: () => acts.jump(-30)};
  const onStage = {ArrowLeft: () => acts.jump(-10), ArrowRight: () => acts.jump(10), Enter: acts.toggle};
  document.addEventListener('keydown', event => {
    if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented || document.querySelector('dialog[open]')) return;
    const at = event.target;
    if (at.matches('input:not([type=range]):not([type=checkbox])')) return;
    if (event.key === ' ' && at.matches('button, a, summary, input')) return;
    const act = at === stage && onStage[event.key] || letters[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }, {signal, capture: true});
}
