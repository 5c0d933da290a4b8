// SPDX-License-Identifier: LGPL-2.1-or-later
// Pictures out of films: posters, previews. Null where the server has none (yet).
import {request} from './api.js';
import {make} from './dom.js';
import {icon} from './icons.js';

const kept = new Map(), most = 120;
let absent = false;  // this server makes none

/// `at`: seconds; null: one that stands for the film.
export async function picture(hash, file, at, width) {
  const place = at === null ? '' : `at=${at}&`;
  const address = `/api/torrents/${hash}/pictures/${file}?${place}width=${width}`;
  if (kept.has(address)) return kept.get(address);
  if (absent) return null;
  const answer = await request(address).catch(() => null);
  if (!answer || !answer.ok) {
    if (answer && answer.status === 404) absent = absent || (await answer.json().catch(() => ({}))).code === 'not_found';
    return null;
  }
  const url = URL.createObjectURL(await answer.blob());
  kept.set(address, url);
  for (const [oldest, old] of kept) {
    if (kept.size <= most) break;
    URL.revokeObjectURL(old);
    kept.delete(oldest);
  }
  return url;
}

/// A drawn one: its colours are those of the hash.
export function poster(hash) {
  const box = make('div', {class: 'poster', 'aria-hidden': 'true'}, icon('film'));
  const hue = 190 + parseInt(hash.slice(0, 4), 16) % 170;
  box.style.setProperty('--hue', hue);
  return box;
}

export async function fillPoster(box, hash, file, at) {
  const url = await picture(hash, file, at, 480);
  if (!url) return false;
  box.replaceChildren(make('img', {src: url, alt: '', draggable: 'false', onerror: () => box.replaceChildren(icon('film'))}));
  return true;
}
