// SPDX-License-Identifier: LGPL-2.1-or-later
// Speed, buffer and peers of the last minutes, as uPlot draws them. It is loaded when the plots are opened.
import {make} from './dom.js';
import {torrents} from './torrents.js';
import {words} from './words.js';

const most = 300;

const ahead = video => {
  for (let i = 0; i < video.buffered.length; ++i)
    if (video.buffered.start(i) <= video.currentTime + 0.1 && video.currentTime <= video.buffered.end(i))
      return video.buffered.end(i) - video.currentTime;
  return 0;
};

/// From now on, until the view is left.
export function record(signal, hash, video) {
  const kept = [[], [], [], [], []], watchers = new Set();
  const timer = setInterval(() => {
    const torrent = torrents.get(hash) || {downloadSpeed: 0, uploadSpeed: 0, peers: 0};
    [Date.now() / 1000, torrent.downloadSpeed / 1e6, torrent.uploadSpeed / 1e6, video ? ahead(video) : 0, torrent.peers]
      .forEach((value, i) => { kept[i].push(value); if (kept[i].length > most) kept[i].shift(); });
    for (const watch of watchers) watch();
  }, 1000);
  signal.addEventListener('abort', () => clearInterval(timer));
  return {kept, watchers};
}

export async function plots(signal, {kept, watchers}) {
  const box = make('div', {class: 'plots'});
  if (!document.querySelector('link[href="/web/uplot.css"]')) document.head.append(make('link', {rel: 'stylesheet', href: '/web/uplot.css'}));
  const Plot = (await import('./uplot.js')).default;
  const style = getComputedStyle(document.documentElement), ink = style.getPropertyValue('--quiet'), grid = style.getPropertyValue('--line');
  const [first, second] = [style.getPropertyValue('--accent'), style.getPropertyValue('--reader')];
  const axis = {stroke: ink, grid: {stroke: grid, width: 1}, ticks: {show: false}, font: '12px system-ui'};
  const kinds = [[words.plot.speed, [[1, words.plot.down, first], [2, words.plot.up, second]]],
    [words.plot.buffer, [[3, words.plot.buffer, first]]], [words.plot.peers, [[4, words.plot.peers, first]]]];
  const drawn = kinds.map(([title, lines]) => {
    const place = make('div', {role: 'img', 'aria-label': title});
    box.append(place);
    const plot = new Plot({title, width: 300, height: 150, cursor: {show: false}, legend: {show: lines.length > 1, live: false},
      scales: {y: {range: (_, low, high) => [0, Math.max(high * 1.1, 1)]}}, axes: [{...axis, show: false}, {...axis, size: 44}],
      series: [{}, ...lines.map(([, label, stroke]) => ({label, stroke, width: 2, points: {show: false}}))]},
    [kept[0], ...lines.map(([i]) => kept[i])], place);
    return [plot, lines, place];
  });
  function paint() {
    if (box.clientWidth === 0) return;
    for (const [plot, lines, place] of drawn) {
      plot.setSize({width: place.clientWidth, height: 150});
      plot.setData([kept[0], ...lines.map(([i]) => kept[i])]);
    }
  }
  watchers.add(paint);
  signal.addEventListener('abort', () => { for (const [plot] of drawn) plot.destroy(); });
  requestAnimationFrame(paint);
  return box;
}
