// SPDX-License-Identifier: LGPL-2.1-or-later

export function bytes(count) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let unit = 0;
  while (count >= 999.5 && unit < units.length - 1) count /= 1000, ++unit;
  return `${unit && count < 9.95 ? count.toFixed(1) : Math.round(count)} ${units[unit]}`;
}

export const speed = count => `${bytes(count)}/s`;

/// 1:02:03, 2:03
export function clock(seconds) {
  if (!isFinite(seconds)) return '–:––';
  const whole = Math.max(0, Math.floor(seconds)), two = n => String(n).padStart(2, '0');
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return h ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/// 3 d 4 h, 12 min
export function span(seconds) {
  const parts = [[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']];
  const at = parts.findIndex(([size]) => seconds >= size);
  if (at < 0) return '0 s';
  const first = Math.floor(seconds / parts[at][0]), rest = Math.floor((seconds % parts[at][0]) / (parts[at + 1] || [1])[0]);
  return `${first} ${parts[at][1]}` + (at < 2 && rest ? ` ${rest} ${parts[at + 1][1]}` : '');
}

/// Paths without the folders that all of them begin with, as a function of one path.
export function shortened(paths) {
  const [first = [], ...others] = paths.map(path => path.split('/').slice(0, -1));
  let shared = 0;
  while (shared < first.length && others.every(folders => folders[shared] === first[shared])) ++shared;
  return path => path.split('/').slice(shared).join('/');
}
