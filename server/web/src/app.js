// SPDX-License-Identifier: LGPL-2.1-or-later
// The frame of the page: which view the address means, and what all views share.
import {adder} from './add.js';
import {Trouble} from './api.js';
import {make} from './dom.js';
import {film} from './film.js';
import {moveFocusByArrows} from './focus.js';
import {icon} from './icons.js';
import {library} from './library.js';
import {search} from './search.js';
import {settings} from './settings.js';
import {takeFromAddress} from './token.js';
import {follow, news} from './torrents.js';
import {words} from './words.js';

function unescaped(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const routes = [
  [/^#\/t\/([0-9a-z]+)(?:\/(\d+))?$/i, (signal, hash, file) => film(signal, hash.toLowerCase(), file && Number(file))],
  [/^#\/search\/(.+)$/, (signal, query) => search(signal, unescaped(query))],
  [/^#\/settings$/, settings],
  [/^/, library],
];
const main = make('main', {id: 'main', tabindex: '-1'});
let leaving = new AbortController();

function go() {
  leaving.abort();
  leaving = new AbortController();
  const [pattern, view] = routes.find(([fits]) => fits.test(location.hash));
  document.title = words.name;
  main.replaceChildren(view(leaving.signal, ...pattern.exec(location.hash).slice(1)));
  window.scrollTo(0, 0);
  main.focus({preventScroll: true});
}

function banner() {
  const line = make('p', {class: 'banner', role: 'status', hidden: true});
  let timer = 0;
  news.addEventListener('gone', ({detail: why}) => {
    clearTimeout(timer);
    line.textContent = why instanceof Trouble && why.code !== 'offline' ? `${why.title}. ${why.help}` : words.server.gone;
    line.className = 'banner bad';
    line.hidden = false;
  });
  news.addEventListener('back', () => {
    line.textContent = words.server.back;
    line.className = 'banner';
    timer = setTimeout(() => { line.hidden = true; }, 4000);
  });
  return line;
}

takeFromAddress();
document.body.append(
  make('a', {class: 'skip', href: '#main', onclick: event => { event.preventDefault(); main.focus(); }}, words.skip),
  make('header', {},
    make('a', {class: 'brand', href: '#/', title: words.nav.home},
      make('img', {src: '/web/icon.svg', alt: '', width: 32, height: 32}), make('span', {}, words.name)),
    adder(),
    make('nav', {'aria-label': words.nav.main},
      make('a', {class: 'button quiet', href: '#/settings', 'aria-label': words.nav.settings, title: words.nav.settings}, icon('settings')))),
  banner(), main);
window.addEventListener('hashchange', go);
moveFocusByArrows();
follow();
go();
