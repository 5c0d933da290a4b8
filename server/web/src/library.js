// SPDX-License-Identifier: LGPL-2.1-or-later
// What is here, as cards: first what was watched last, then what is being downloaded.
import {card, nearby} from './card.js';
import {make, show} from './dom.js';
import {speed} from './format.js';
import {icon} from './icons.js';
import {left} from './resume.js';
import {isKnown, on, torrents} from './torrents.js';
import {words} from './words.js';

const portion = 60;
const leftAt = {shown: portion};  // who comes back to the library is there again

/// place: how many are shown; of the card that had the focus last the hash, when it was watched, and where it stands.
export function cards(signal, wanted = () => true, place = {shown: portion}) {
  const grid = make('div', {class: 'grid'}), end = make('div', {class: 'end'});
  let made = new Map();
  const seen = new IntersectionObserver(entries => {
    for (const {target, isIntersecting} of entries) {
      if (!isIntersecting) continue;
      if (target === end) place.shown += portion, fill();
      else made.get(target.dataset.hash)?.picture();
    }
  }, {rootMargin: `${nearby}px`});
  signal.addEventListener('abort', () => seen.disconnect());

  const watched = hash => left(hash)?.when || 0;
  function visit({target}) {
    const hash = target.closest('.card')?.dataset.hash;
    if (hash && hash !== place.hash) Object.assign(place, {hash, when: watched(hash)});
    place.at = [...made.keys()].indexOf(place.hash);
  }
  for (const event of ['focusin', 'click']) grid.addEventListener(event, visit);  // Safari focuses no link that is clicked

  function fill() {
    // The one that was just watched is in front later: who comes back from it goes on where it was.
    const rank = ({infoHash, status}) => [-(infoHash === place.hash ? place.when : watched(infoHash)), status === 'complete' ? 1 : 0];
    const ranked = [...torrents.values()].filter(wanted).map(torrent => [rank(torrent), torrent])
      .sort(([a, x], [b, y]) => a[0] - b[0] || a[1] - b[1] || x.name.localeCompare(y.name));
    const now = new Map();
    for (const [, torrent] of ranked.slice(0, place.shown)) now.set(torrent.infoHash, made.get(torrent.infoHash) || card(torrent));
    const focused = document.activeElement, within = grid.contains(focused);
    for (const [hash, one] of now) {
      grid.append(one.link);
      if (!made.has(hash)) seen.observe(one.link);
    }
    for (const [hash, one] of made) if (!now.has(hash)) one.link.remove();
    made = now;
    if (within) focused.isConnected ? focused.focus({preventScroll: true}) : back();
    show(end, ranked.length > place.shown);
    return ranked.length;
  }
  /// To the card of the place; if it is gone, to what is there now.
  function back() {
    const one = made.get(place.hash) || [...made.values()][Math.min(place.at, made.size - 1)];
    one?.link.focus();
  }
  on('list', signal, fill);
  on('change', signal, hash => made.get(hash)?.update(torrents.get(hash)));
  seen.observe(end);
  return {grid: make('div', {}, grid, end), fill, back};
}

export function library(signal) {
  const total = make('p', {class: 'quiet-text', 'aria-live': 'off'});
  const empty = make('div', {class: 'empty', hidden: true}, icon('film'), make('h2', {}, words.library.empty),
    make('p', {}, words.library.emptyHint));
  const {grid, fill, back} = cards(signal, undefined, leftAt);
  function sums() {
    let down = 0, up = 0;
    for (const torrent of torrents.values()) down += torrent.downloadSpeed, up += torrent.uploadSpeed;
    total.textContent = torrents.size ? words.library.total(torrents.size, speed(down), speed(up)) : '';
    show(empty, isKnown() && torrents.size === 0);
  }
  on('list', signal, sums);
  on('change', signal, sums);
  fill();
  sums();
  queueMicrotask(back);  // once it is in the page
  return make('section', {}, make('div', {class: 'heading'}, make('h1', {}, words.library.title), total), grid, empty);
}
