// SPDX-License-Identifier: LGPL-2.1-or-later
// The field at the top: a magnet link, a hash, an address or a file becomes a torrent; anything else is searched for.
import {ask} from './api.js';
import {make} from './dom.js';
import {icon} from './icons.js';
import {news} from './torrents.js';
import {words} from './words.js';

const hash = /^([0-9a-f]{40}|[0-9a-f]{64}|[a-z2-7]{32})$/i;

/// What to send for a text; null: it is words.
export function meaning(text) {
  if (/^magnet:/i.test(text)) return {magnetUri: text};
  if (/^https?:\/\//i.test(text)) return {torrentUrl: text};
  return hash.test(text) ? {infoHash: text} : null;
}

/// Adds it and goes there; throws Trouble.
export async function add(what) {
  import('./hls.js').catch(() => {});  // it is wanted soon
  const options = what instanceof Blob ? {method: 'POST', body: what, headers: {'Content-Type': 'application/x-bittorrent'}} : {json: what};
  // What takes longer is told on the torrent's own page.
  const added = await ask('/api/torrents?wait=2', options);
  location.hash = `#/t/${added.infoHash}`;
  return added;
}

export function adder() {
  const told = make('p', {class: 'told', role: 'status'});
  const field = make('input', {type: 'text', id: 'what', placeholder: words.add.hint, 'aria-label': words.add.label, autocomplete: 'off', spellcheck: 'false',
    enterkeyhint: 'go'});
  const file = make('input', {type: 'file', id: 'file', accept: '.torrent,application/x-bittorrent', class: 'unseen', tabindex: '-1', 'aria-label': words.add.upload});
  const say = (text, bad = false) => { told.textContent = text; told.classList.toggle('bad', bad); };

  async function take(what) {
    say(words.add.looking);
    try {
      await add(what);
      say('');
      field.value = '';
    } catch (trouble) {
      say([trouble.title, trouble.said !== trouble.title && trouble.said, trouble.help].filter(Boolean).join('. ').replace(/\.\./g, '.'), true);
    }
  }

  function enter() {
    const text = field.value.trim(), what = meaning(text);
    if (what) return take(what);
    say('');
    if (text) location.hash = `#/search/${encodeURIComponent(text)}`;
  }

  const form = make('form', {class: 'add', role: 'search', onsubmit: event => { event.preventDefault(); enter(); }},
    field, file,
    make('button', {class: 'quiet', 'aria-label': words.add.go, title: words.add.go}, icon('go')),
    make('button', {type: 'button', class: 'quiet', 'aria-label': words.add.upload, title: words.add.upload, onclick: () => file.click()}, icon('upload')),
    told);
  // A link needs no second key.
  field.addEventListener('paste', () => setTimeout(() => { if (/^magnet:/i.test(field.value.trim())) enter(); }));
  file.addEventListener('change', () => { if (file.files[0]) take(file.files[0]); file.value = ''; });
  catchDrops(take, text => say(text, true));
  // A refusal stands over what is below: it goes with whatever is done next, or when the server is back.
  const forget = () => { if (told.classList.contains('bad')) say(''); };
  field.addEventListener('input', forget);
  document.addEventListener('keydown', event => { if (event.key === 'Escape') forget(); });
  window.addEventListener('hashchange', forget);
  news.addEventListener('back', forget);
  return form;
}

function catchDrops(take, refuse) {
  const veil = make('div', {class: 'veil', hidden: true}, make('p', {}, words.add.drop));
  document.body.append(veil);
  let depth = 0;
  document.addEventListener('dragenter', event => { event.preventDefault(); ++depth; veil.hidden = false; });
  document.addEventListener('dragleave', () => { veil.hidden = --depth <= 0; });
  document.addEventListener('dragover', event => event.preventDefault());
  document.addEventListener('drop', event => {
    event.preventDefault();
    depth = 0;
    veil.hidden = true;
    const text = event.dataTransfer.getData('text').trim();
    const what = event.dataTransfer.files[0] || meaning(text);
    if (what) take(what);
    else refuse(words.add.nothing);
  });
}
