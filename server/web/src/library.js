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

export function cards(signal, wanted = () => true) {
  const grid = make('div', {class: 'grid'}), end = make('div', {class: 'end'});
  let made = new Map(), shown = portion;
  const seen = new IntersectionObserver(entries => {
    for (const {target, isIntersecting} of entries) {
      if (!isIntersecting) continue;
      if (target === end) shown += portion, fill();
      else made.get(target.dataset.hash)?.picture();
    }
  }, {rootMargin: `${nearby}px`});
  signal.addEventListener('abort', () => seen.disconnect());

  function fill() {
    const rank = torrent => [-(left(torrent.infoHash)?.when || 0), torrent.status === 'complete' ? 1 : 0];
    const ranked = [...torrents.values()].filter(wanted).map(torrent => [rank(torrent), torrent])
      .sort(([a, x], [b, y]) => a[0] - b[0] || a[1] - b[1] || x.name.localeCompare(y.name));
    const now = new Map();
    for (const [, torrent] of ranked.slice(0, shown)) now.set(torrent.infoHash, made.get(torrent.infoHash) || card(torrent));
    const focused = document.activeElement;
    for (const [hash, one] of now) {
      grid.append(one.link);
      if (!made.has(hash)) seen.observe(one.link);
    }
    for (const [hash, one] of made) if (!now.has(hash)) one.link.remove();
    if (grid.contains(focused)) focused.focus({preventScroll: true});
    made = now;
    show(end, ranked.length > shown);
    return ranked.length;
  }
  on('list', signal, fill);
  on('change', signal, hash => made.get(hash)?.update(torrents.get(hash)));
  seen.observe(end);
  return {grid: make('div', {}, grid, end), fill};
}

export function library(signal) {
  const total = make('p', {class: 'quiet-text', 'aria-live': 'off'});
  const empty = make('div', {class: 'empty', hidden: true}, icon('film'), make('h2', {}, words.library.empty),
    make('p', {}, words.library.emptyHint));
  const {grid, fill} = cards(signal);
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
  return make('section', {}, make('div', {class: 'heading'}, make('h1', {}, words.library.title), total), grid, empty);
}
