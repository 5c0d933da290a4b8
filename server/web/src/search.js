// SPDX-License-Identifier: LGPL-2.1-or-later
// What the library and the search providers have for some words.
import {add} from './add.js';
import {answer} from './api.js';
import {make, show, theirs, unseen} from './dom.js';
import {bytes} from './format.js';
import {icon} from './icons.js';
import {cards} from './library.js';
import {sayTrouble} from './notice.js';
import {words} from './words.js';

const fresh = 5 * 60000;  // ms
let last = {};  // who comes back from a result is there again: the query, when and what was answered, which was chosen

function row(result, number, refuse) {
  // What a provider does not tell is null.
  const facts = [result.cached && words.search.here, result.size !== null && bytes(result.size),
    result.seeders !== null && words.search.facts(result.seeders, result.leechers),
    result.date && result.date.slice(0, 10), result.category, (result.providers || []).join(', ')].filter(Boolean).join(' · ');
  async function play() {
    start.disabled = true;
    last.chosen = number;
    try {
      await add(result.magnet ? {magnetUri: result.magnet} : {infoHash: result.infoHash});
    } catch (trouble) {
      refuse(trouble);
    }
    start.disabled = false;
  }
  const start = make('button', {type: 'button', class: 'result', onclick: play},
    icon('play'), unseen(words.film.play), make('span', {}, theirs(result.name, {class: 'name', title: result.name}), make('span', {class: 'state'}, facts)));
  return make('li', {}, start);
}

export function search(signal, query) {
  const told = make('div', {role: 'status'}, make('p', {class: 'quiet-text'}, words.search.running));
  const found = make('ul', {class: 'results'}), providers = make('p', {class: 'quiet-text'});
  const parts = query.toLowerCase().split(/\s+/);
  const mine = cards(signal, torrent => parts.every(part => torrent.name.toLowerCase().includes(part)));
  const mineBox = make('section', {}, make('h2', {}, words.search.mine), mine.grid);
  show(mineBox, mine.fill() > 0);

  async function run() {
    try {
      if (last.chosen === undefined || last.query !== query || Date.now() - last.when > fresh)
        last = {query, when: Date.now(), answer: await answer(`/search?q=${encodeURIComponent(query)}`, {signal})};
      const {data, message} = last.answer;
      told.replaceChildren(data.results.length ? '' : make('p', {}, message || words.search.none));
      found.append(...data.results.map((result, number) => row(result, number, trouble => told.replaceChildren(sayTrouble(trouble)))));
      queueMicrotask(() => found.children[last.chosen]?.firstChild.focus());  // once it is in the page
      providers.textContent = data.providers.filter(one => one.state !== 'unused').map(one => one.state !== 'ok' ?
        words.search.providerFailed(one.name, one.error) : words.search.provider(one.name, one.results, one.ms)).join('  ·  ');
    } catch (trouble) {
      if (signal.aborted) return;
      told.replaceChildren(trouble.code === 'not_found' ? make('p', {}, words.search.absent) : sayTrouble(trouble, run));
    }
  }
  run();
  return make('section', {}, make('h1', {}, words.search.title(query)), mineBox, make('h2', {}, words.search.others), told, found, providers);
}
