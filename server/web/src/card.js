// SPDX-License-Identifier: LGPL-2.1-or-later
// A torrent in the library: poster, name, how far it is.
import {ask} from './api.js';
import {make, theirs} from './dom.js';
import {clock, speed} from './format.js';
import {fillPoster, poster} from './pictures.js';
import {left} from './resume.js';
import {words} from './words.js';

/// Pixels out of sight within which cards are as good as seen.
export const nearby = 200;

export function stateOf(torrent) {
  const said = [words.status[torrent.waiting ? 'waiting' : torrent.status] || torrent.status];
  if (torrent.status !== 'complete') said.push(words.line.percent(torrent.progress));
  if (torrent.downloadSpeed > 0 && torrent.status !== 'complete') said.push(`↓ ${speed(torrent.downloadSpeed)}`);
  if (torrent.uploadSpeed > 0) said.push(`↑ ${speed(torrent.uploadSpeed)}`);
  if (torrent.peers > 0) said.push(words.line.peers(torrent.peers));
  return said.join(' · ');
}

/// The film of a torrent: as the server chooses, the largest video, else the largest file.
export function mainFile(files) {
  const videos = files.filter(file => file.isVideo);
  return (videos.length ? videos : files).reduce((best, file) => !best || file.length > best.length ? file : best, null);
}

export function card(torrent) {
  const name = theirs(torrent.name || words.unnamed, {class: 'name'}), state = make('span', {class: 'state'});
  const bar = make('progress', {max: 100, 'aria-hidden': 'true'}), box = poster(torrent.infoHash);
  const watched = left(torrent.infoHash);
  const link = make('a', {class: 'card', href: `#/t/${torrent.infoHash}`, 'data-hash': torrent.infoHash}, box, bar, name, state,
    watched && make('span', {class: 'state'}, words.library.watched(clock(watched.at))));
  let pictured = false, again = 0, patience = 2500;

  async function picture() {
    if (pictured || again) return;
    again = -1;  // under way
    const files = await ask(`/api/torrents/${torrent.infoHash}/files`).then(data => data.files, () => []);
    const file = mainFile(files);
    if (file && !file.isVideo) return;
    if (file) pictured = await fillPoster(box, torrent.infoHash, file.index, watched ? Math.round(watched.at) : null);
    // Its name or frame may not be here yet. Who is out of sight is asked when it is seen again: asking wakes what sleeps.
    patience = Math.min(2 * patience, 60000);
    if (!pictured) again = setTimeout(() => {
      again = 0;
      const {top, bottom} = link.getBoundingClientRect();
      if (link.isConnected && bottom > -nearby && top < innerHeight + nearby) picture();
    }, patience);
  }
  function update(now) {
    name.textContent = now.name || words.unnamed;
    name.title = now.name;
    state.textContent = stateOf(now);
    bar.value = Number(now.progress);
    link.setAttribute('data-status', now.status);
  }
  update(torrent);
  return {link, update, picture};
}
