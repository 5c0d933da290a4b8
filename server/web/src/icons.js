// SPDX-License-Identifier: LGPL-2.1-or-later
// Drawings of 24 by 24; strokes unless the path ends in "!".
const paths = {
  play: 'M7 4.5v15l13-7.5z!', pause: 'M6 4.5h4v15H6zM14 4.5h4v15h-4z!', back: 'M11 6l-7 6 7 6zM20 6l-7 6 7 6z!',
  ahead: 'M4 6l7 6-7 6zM13 6l7 6-7 6z!', volume: 'M4 9v6h4l5 4V5L8 9zM16.5 8.5a5 5 0 010 7M19 6a8.5 8.5 0 010 12',
  muted: 'M4 9v6h4l5 4V5L8 9zM16.5 9.5l5 5M21.5 9.5l-5 5', subtitles: 'M3 5.5h18v13H3zM6.5 11h5M14 11h3.5M6.5 15h8M17 15h.5',
  sound: 'M9 18V6l10-2.5V16M9 18a2.5 2.5 0 11-5 0 2.5 2.5 0 015 0zM19 16a2.5 2.5 0 11-5 0 2.5 2.5 0 015 0z',
  speed: 'M12 13l4-4.5M4.2 17.5a9 9 0 1115.6 0z', pip: 'M3 5h18v14H3zM12.5 12h6v4.5h-6z',
  cast: 'M3 8V5h18v14h-6M3 12a7 7 0 017 7M3 15.5a3.5 3.5 0 013.5 3.5M3 19h.01', full: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5',
  notFull: 'M9 4v5H4M20 9h-5V4M15 20v-5h5M4 15h5v5', help: 'M9 9a3 3 0 116 .5c0 2-3 2.3-3 4.5M12 18h.01',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M13 7a2 2 0 104 0 2 2 0 10-4 0M7 17a2 2 0 104 0 2 2 0 10-4 0',
  upload: 'M12 16V4M7 9l5-5 5 5M4 16v4h16v-4', left: 'M15 5l-7 7 7 7', go: 'M5 12h14M13 6l6 6-6 6', search: 'M10.5 4a6.5 6.5 0 100 13 6.5 6.5 0 000-13zM15.5 15.5L20 20',
  copy: 'M9 9h11v11H9zM5 15H4V4h11v1', check: 'M4 12.5l5 5L20 6.5', download: 'M12 4v12M7 11l5 5 5-5M4 20h16', trash: 'M4 7h16M9 7V4h6v3M6.5 7l1 13h9l1-13',
  pin: 'M9 4h6l-.5 6 3 3.5h-11l3-3.5zM12 13.5V20', film: 'M4 5h16v14H4zM8 5v14M16 5v14M4 9.7h4M4 14.3h4M16 9.7h4M16 14.3h4', close: 'M6 6l12 12M18 6L6 18',
};

export function icon(name) {
  const space = 'http://www.w3.org/2000/svg';
  const drawing = document.createElementNS(space, 'svg');
  drawing.setAttribute('viewBox', '0 0 24 24');
  drawing.setAttribute('aria-hidden', 'true');
  const filled = paths[name].endsWith('!');
  drawing.setAttribute('class', filled ? 'icon filled' : 'icon');
  const path = document.createElementNS(space, 'path');
  path.setAttribute('d', paths[name].replace('!', ''));
  drawing.append(path);
  return drawing;
}
