// SPDX-License-Identifier: LGPL-2.1-or-later
// Where in the film one is, what is loaded, and a picture of where one would go.
import {make, show} from './dom.js';
import {clock} from './format.js';
import {picture} from './pictures.js';
import {words} from './words.js';

const steps = 120;  // pictures of a film
const pause = 120;  // ms at a place before its picture is asked for

export function seekbar(video, hash, file, jump) {
  const range = make('input', {type: 'range', min: 0, max: 1, step: 'any', value: 0, 'aria-label': words.player.seek});
  const loaded = make('div', {class: 'loaded'}), image = make('img', {alt: '', hidden: true}), time = make('span');
  const preview = make('div', {class: 'preview', hidden: true, 'aria-hidden': 'true'}, image, time);
  const bar = make('div', {class: 'seekbar'}, loaded, range, preview);
  let held = false, timer = 0;

  function paint() {
    const {duration, buffered} = video;
    range.max = isFinite(duration) && duration > 0 ? duration : 1;
    if (!held) range.value = video.currentTime;
    bar.style.setProperty('--at', `${100 * Number(range.value) / Number(range.max)}%`);
    range.setAttribute('aria-valuetext', words.player.place(clock(Number(range.value)), clock(duration)));
    const parts = [];
    for (let i = 0; i < buffered.length; ++i) {
      const part = make('i');
      part.style.left = `${100 * buffered.start(i) / duration}%`;
      part.style.width = `${100 * (buffered.end(i) - buffered.start(i)) / duration}%`;
      parts.push(part);
    }
    loaded.replaceChildren(...parts);
  }

  function look(at) {
    const duration = video.duration;
    if (!isFinite(duration) || at === null) return show(preview, false);
    at = Math.max(0, Math.min(at, duration));
    preview.style.left = `clamp(84px, ${100 * at / duration}%, calc(100% - 84px))`;
    time.textContent = clock(at);
    show(preview, true);
    clearTimeout(timer);
    timer = setTimeout(async () => {
      const step = Math.max(1, Math.round(duration / steps)), place = Math.floor(at / step) * step;
      const url = await picture(hash, file, place, 160);
      if (time.textContent !== clock(at)) return;
      if (url) image.src = url;
      show(image, Boolean(url));
    }, pause);
  }

  const under = event => {
    const box = range.getBoundingClientRect();
    return (event.clientX - box.left) / box.width * video.duration;
  };
  bar.addEventListener('pointermove', event => look(under(event)));
  bar.addEventListener('pointerleave', () => look(null));
  range.addEventListener('input', () => { held = true; paint(); look(Number(range.value)); });
  range.addEventListener('change', () => { held = false; look(null); jump(Number(range.value)); });
  range.addEventListener('keydown', event => {
    // By keys it goes in steps that one can see.
    const way = {ArrowLeft: -10, ArrowRight: 10, PageDown: -60, PageUp: 60}[event.key];
    if (!way) return;
    event.preventDefault();
    jump(video.currentTime + way);
    look(video.currentTime);
  });
  range.addEventListener('blur', () => look(null));
  for (const name of ['timeupdate', 'progress', 'durationchange', 'seeking', 'loadedmetadata']) video.addEventListener(name, paint);
  return bar;
}
