// SPDX-License-Identifier: LGPL-2.1-or-later
// What is in the library, as the server last told. Views hear of it by events: "list" (another set), "change", "removed" (detail:
// info hash), "gone" (detail: why, if it is known), "back" (the server).
import {ask} from './api.js';
import {listen} from './events.js';

export const torrents = new Map();
export const news = new EventTarget();
let known = false, reachable = true;

const tell = (name, detail) => news.dispatchEvent(new CustomEvent(name, {detail}));
export const isKnown = () => known;

async function fill() {
  const all = (await ask('/api/torrents')).torrents;
  torrents.clear();
  for (const torrent of all) torrents.set(torrent.infoHash, torrent);
  known = true;
  tell('list');
}

function heard(name, data) {
  if (name === 'reset') return fill().catch(() => {});
  if (name === 'evicted') return;
  if (name === 'removed') {
    torrents.delete(data.infoHash);
    tell('removed', data.infoHash);
    return tell('list');
  }
  const is_new = !torrents.has(data.infoHash);
  torrents.set(data.infoHash, data);
  if (is_new) tell('list');
  tell('change', data.infoHash);
}

export function follow() {
  listen({
    heard,
    opened() {
      fill().catch(() => {});
      if (!reachable) tell('back');
      reachable = true;
    },
    lost(error) {
      if (reachable) tell('gone', error);
      reachable = false;
    },
  });
}

/// Calls until the view that `signal` belongs to is left.
export function on(name, signal, call) { news.addEventListener(name, event => call(event.detail), {signal}); }
