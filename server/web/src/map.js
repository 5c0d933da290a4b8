// SPDX-License-Identifier: LGPL-2.1-or-later
// Which pieces are here, what is being fetched, where readers are: drawn anew when something has changed.
import {ask} from './api.js';
import {make} from './dom.js';
import {on} from './torrents.js';
import {words} from './words.js';

const rows = 8;

function draw(canvas, data, have) {
  const style = getComputedStyle(canvas), width = canvas.clientWidth * devicePixelRatio, height = canvas.clientHeight * devicePixelRatio;
  canvas.width = width;
  canvas.height = height;
  const paint = canvas.getContext('2d'), columns = Math.max(1, Math.ceil(data.count / rows));
  const lines = Math.min(rows, data.count), [w, h] = [width / columns, height / Math.max(1, lines)];
  const gap = w > 5 ? devicePixelRatio : 0;
  const cell = (piece, colour, inset = 0) => {
    paint.fillStyle = colour;
    paint.fillRect(piece % columns * w + inset, Math.floor(piece / columns) * h + inset + 1, Math.max(1, w - gap - inset), h - 2 - 2 * inset);
  };
  const colour = name => style.getPropertyValue(name);
  for (let piece = 0; piece < data.count; ++piece) cell(piece, colour(have(piece) ? '--here' : '--there'));
  for (const {window: wanted} of data.readers)
    for (let piece = wanted ? wanted[0] : 1; wanted && piece <= wanted[1]; ++piece) if (!have(piece)) cell(piece, colour('--wanted'));
  return {cell, colour};
}

export function map(signal, hash) {
  const canvas = make('canvas', {class: 'map', role: 'img'}), told = make('p', {class: 'quiet-text'});
  let asking = false, again = false;

  async function update() {
    if (asking) return void (again = true);
    asking = true;
    const data = await ask(`/api/torrents/${hash}/pieces`, {signal}).catch(() => null);
    asking = false;
    if (!data || signal.aborted || data.count === 0) return;
    const bits = Uint8Array.from(atob(data.have), letter => letter.charCodeAt(0));
    const have = piece => bits[piece >> 3] & (128 >> (piece & 7));
    const {cell, colour} = draw(canvas, data, have);
    for (const {piece} of data.readers) cell(piece, colour('--reader'));
    let count = 0;
    for (let piece = 0; piece < data.count; ++piece) count += have(piece) ? 1 : 0;
    told.textContent = words.film.mapText(count, data.count);
    canvas.setAttribute('aria-label', told.textContent);
    if (again) again = false, update();
  }
  on('change', signal, changed => { if (changed === hash && canvas.clientWidth > 0) update(); });
  window.addEventListener('resize', update, {signal});
  return {box: make('div', {}, canvas, told), update};
}
