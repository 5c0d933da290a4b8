// SPDX-License-Identifier: LGPL-2.1-or-later
// Where one left: kept by this browser, for the last films that were watched.
const place = 'gst-torrent.resume', most = 200;

function all() {
  try {
    return JSON.parse(localStorage.getItem(place)) || {};
  } catch {
    return {};
  }
}

/// {at, duration, when, file} or undefined. Of a torrent: of the file that was watched last.
export function left(hash, file) {
  if (file !== undefined) return all()[`${hash}/${file}`];
  return Object.entries(all()).filter(([key]) => key.startsWith(hash + '/')).map(([key, value]) =>
    ({...value, file: Number(key.split('/')[1])})).sort((a, b) => b.when - a.when)[0];
}

export function leave(hash, file, at, duration) {
  if (!(duration > 0)) return;
  const kept = all();
  kept[`${hash}/${file}`] = {at, duration, when: Date.now()};
  const newest = Object.entries(kept).sort((a, b) => b[1].when - a[1].when).slice(0, most);
  try {
    localStorage.setItem(place, JSON.stringify(Object.fromEntries(newest)));
  } catch {
    // Full or switched off: then it starts from the beginning.
  }
}

/// The place to go on from; 0 at the very beginning and at the end.
export function start(hash, file) {
  const kept = left(hash, file);
  return kept && kept.at > 10 && kept.at < kept.duration * 0.95 ? kept.at : 0;
}
