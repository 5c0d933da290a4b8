// SPDX-License-Identifier: LGPL-2.1-or-later
// What is in the library, as the server last told. Views hear of it by events: "list" (another set), "change", "removed" (detail:
// info hash), "gone" (detail: why, if it is known), "back" (the server).
import {ask} from './api.js';
import {listen} from './events.js';

export const torrents = new Map();
export const news = new EventTarget();
let known = false, reachable = true, removals = 0;

const tell = (name, detail) => news.dispatchEvent(new CustomEvent(name, {detail}));
export const isKnown = () => known;

async function fill() {
  const before = removals;
  const all = (await ask('/api/torrents')).torrents;
  if (removals !== before) return fill();  // it may be older than what was heard meanwhile
  torrents.clear();
  for (const torrent of all) torrents.set(torrent.infoHash, torrent);
  known = true;
  tell('list');
}

/// A server that is too busy for it is asked again, at last each half a minute. One that is away tells when it is back.
let filling = 0;
async function refill(pause = 1000, turn = ++filling) {
  try {
    await fill();
  } catch {
    setTimeout(() => { if (reachable && turn === filling) refill(Math.min(2 * pause, 30000), turn); }, pause);
  }
}

function heard(name, data) {
  if (name === 'reset') return refill();
  if (name === 'evicted') return;
  if (name === 'removed') {
    ++removals;
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
      if (!reachable) tell('back');
      reachable = true;
      refill();
    },
    lost(error) {
      if (reachable) tell('gone', error);
      reachable = false;
    },
  });
}

/// Calls until the view that `signal` belongs to is left.
export function on(name, signal, call) { news.addEventListener(name, event => call(event.detail), {signal}); }
