// SPDX-License-Identifier: LGPL-2.1-or-later
// The page of a torrent: its film on the screen, its files, links, swarm.
import {ask, Trouble} from './api.js';
import {mainFile, stateOf} from './card.js';
import {make, show, theirs, unseen} from './dom.js';
import {bytes, shortened} from './format.js';
import {icon} from './icons.js';
import {absolute, code, forOthers, link, whyNone} from './links.js';
import {map} from './map.js';
import {sayTrouble} from './notice.js';
import {player} from './player.js';
import {plots, record} from './plots.js';
import {left} from './resume.js';
import {on, torrents} from './torrents.js';
import {words} from './words.js';

const say = words.film;
const mostFollowed = 200;  // files
const plays = file => Boolean(file.hlsUrl);
const fold = (title, traits, ...children) => make('details', {class: 'panel', ...traits}, make('summary', {}, make('h2', {}, title)), ...children);

const factsOf = file => [bytes(file.length), file.progress !== '100.00' && words.line.percent(file.progress)].filter(Boolean).join(' · ');

function fileRow(hash, file, name, chosen, state) {
  const text = make('span', {}, theirs(name, {class: 'name', title: file.path}), state);
  return make('li', {}, plays(file)
    ? make('a', {class: 'result', href: `#/t/${hash}/${file.index}`, 'aria-current': chosen && 'true'}, icon(chosen ? 'volume' : 'play'), unseen(say.play), text)
    : make('a', {class: 'result', href: `/stream/proxy/${hash}?fileIndex=${file.index}&download=true${token(file, '&')}`, download: ''}, icon('download'), unseen(say.download), text));
}

const token = (file, before) => {
  const given = new URL(absolute(file.streamUrl)).searchParams.get('token');
  return given ? `${before}token=${given}` : '';
};

function files(signal, hash, all, chosen) {
  const films = all.filter(plays), others = all.filter(file => !plays(file));
  const states = new Map(all.map(file => [file.index, make('span', {class: 'state'}, factsOf(file))]));
  const short = shortened(all.map(file => file.path));
  const rows = list => make('ul', {class: 'results'}, list.map(file =>
    fileRow(hash, file, short(file.path), chosen && file.index === chosen.index, states.get(file.index))));
  let asked = Date.now(), whole = false;
  // How far each file is, as long as something comes; of very many files the total has to do.
  on('change', signal, async changed => {
    const now = Date.now(), ended = torrents.get(hash)?.status === 'complete';
    if (changed !== hash || all.length > mostFollowed || (ended ? whole : now - asked < 3000)) return;
    asked = now;
    whole = ended;
    const data = await ask(`/api/torrents/${hash}/files`, {signal}).catch(() => ({files: []}));
    for (const file of data.files) states.get(file.index)?.replaceChildren(factsOf(file));
  });
  return make('section', {class: 'panel'}, make('h2', {}, say.files), rows(films),
    others.length > 0 && make('details', {open: films.length === 0}, make('summary', {}, say.other(others.length)), rows(others)));
}

function links(hash, file) {
  return make('section', {class: 'panel'}, make('h2', {}, say.links), make('ul', {class: 'links'},
    link(words.links.stream, file.streamUrl), file.hlsUrl && link(words.links.hls, file.hlsUrl),
    link(words.links.m3u, `/playlist/${hash}.m3u${token(file, '?')}`)));
}

/// What can be done with the torrent.
function actions(signal, hash, torrent, refuse) {
  const change = (what, made) => ask(`/api/torrents/${hash}`, {json: what, method: 'PATCH'}).then(made, refuse);
  const pin = make('button', {type: 'button', 'aria-pressed': 'false'}), pause = make('button', {type: 'button'});
  let now = torrent;
  function paint(told) {
    now = told;
    pin.replaceChildren(icon('pin'), now.pinned ? say.kept : say.keep);
    pin.setAttribute('aria-pressed', String(Boolean(now.pinned)));
    pin.onclick = () => change({pinned: !now.pinned}, paint);
    pause.replaceChildren(icon(now.paused ? 'play' : 'pause'), now.paused ? say.resume : say.pause);
    pause.onclick = () => change({paused: !now.paused}, paint);
    show(pause, now.status !== 'complete');
  }
  // What is told of all torrents has no `pinned`; one that waits for its turn is not paused.
  on('change', signal, changed => {
    if (changed !== hash) return;
    const {status, waiting} = torrents.get(hash), paused = status === 'paused' && !waiting;
    if (paused !== Boolean(now.paused) || status !== now.status) paint({...now, status, paused});
  });
  function remove() {
    const check = make('input', {type: 'checkbox', checked: true});
    const form = make('form', {method: 'dialog'}, make('h2', {id: 'remove-title'}, say.removeTitle), make('p', {}, theirs(torrent.name)),
      make('label', {}, check, ' ', say.removeFiles),
      make('div', {class: 'buttons'}, make('button', {value: 'no'}, say.cancel), make('button', {class: 'strong', value: 'yes'}, say.remove)));
    const dialog = make('dialog', {'aria-labelledby': 'remove-title', onclose: async () => {
      dialog.remove();
      if (dialog.returnValue !== 'yes') return;
      await ask(`/api/torrents/${hash}?deleteFiles=${check.checked}`, {method: 'DELETE'}).then(() => { location.hash = '#/'; }, refuse);
    }}, form);
    document.body.append(dialog);
    dialog.showModal();
  }
  paint(torrent);
  return make('div', {class: 'buttons'}, pin, pause, make('button', {type: 'button', onclick: remove}, icon('trash'), say.remove));
}

function swarm(signal, hash, video, shared) {
  const pieces = map(signal, hash), recorded = record(signal, hash, video), told = make('p', {class: 'quiet-text', hidden: true});
  recorded.watchers.add(() => {
    const from = shared();
    show(told, from);
    if (from) told.textContent = say.shared(bytes(from.p2p), bytes(from.http), from.peers);
  });
  const drawing = fold(say.plots, {ontoggle: async event => {
    if (event.target.open && !drawing.querySelector('.plots')) drawing.append(await plots(signal, recorded));
  }});
  const box = make('section', {class: 'panel'}, make('h2', {}, say.map), pieces.box, told);
  if (video) for (const event of ['seeked', 'playing']) video.addEventListener(event, pieces.update);
  requestAnimationFrame(pieces.update);
  return [box, drawing];
}

function device() {
  const box = fold(say.device, {ontoggle: async () => {
    if (!box.open || box.querySelector('.device')) return;
    const status = await ask('/status').catch(() => ({addresses: []})), url = forOthers(status.addresses);
    box.append(url ? make('div', {class: 'device'}, await code(url), make('div', {}, make('p', {}, say.deviceHint), make('ul', {class: 'links'}, link('', url))))
      : make('p', {class: 'device'}, whyNone(status)));
  }});
  return box;
}

export function film(signal, hash, wanted) {
  const box = make('div', {class: 'film'}), state = make('p', {class: 'state', role: 'status', 'aria-live': 'off'});
  const title = make('h1', {}, theirs(words.unnamed)), trouble = make('div');
  const refuse = error => { if (!signal.aborted) trouble.replaceChildren(sayTrouble(error)); };
  const told = make('p', {}, words.add.looking), spinner = make('div', {class: 'spinner'});
  const looking = make('div', {class: 'player'}, make('div', {class: 'notice', role: 'status'}, spinner, told));
  let still = false;
  const patience = setTimeout(() => { still = true; look(torrents.get(hash)); }, 6000);
  signal.addEventListener('abort', () => clearTimeout(patience));
  let here = null;  // ends what follows the torrent: its player, files, map; null: nothing does yet
  const end = () => { if (here) here.abort(); here = null; };
  signal.addEventListener('abort', end);

  /// Why nothing is to be seen yet.
  function look(torrent) {
    const {waiting, status} = torrent || {}, rests = waiting ? 'waiting' : status === 'paused' && 'paused';
    const text = words.add[rests || (still ? 'still' : 'looking')];
    if (told.textContent !== text) told.textContent = text;  // once: it is read aloud
    show(spinner, !rests);
  }
  function heading(torrent) {
    title.replaceChildren(theirs(torrent.name || words.unnamed, {title: torrent.name}));
    document.title = torrent.name || words.name;
    const now = torrents.get(hash) || torrent;
    state.textContent = stateOf({...now, peers: now.peers === undefined ? now.numPeers : now.peers});
    look(now);
  }

  function fill(torrent) {
    const all = torrent.files, last = left(hash);
    const chosen = wanted !== undefined ? all.find(file => file.index === wanted)
      : last && all.find(file => file.index === last.file) || mainFile(all);
    if (wanted !== undefined && !chosen) return box.replaceChildren(sayTrouble(new Trouble('unknown_file')));
    here = new AbortController();
    const screen = chosen && plays(chosen) ? player(here.signal, hash, chosen) : null;
    box.replaceChildren(
      make('div', {class: 'screen'}, screen ? screen.box : make('p', {class: 'empty'}, say.noFilm),
        make('div', {class: 'heading'}, title, state), all.filter(plays).length > 1 && chosen && make('p', {class: 'state'}, theirs(shortened(all.map(file => file.path))(chosen.path))),
        trouble, actions(here.signal, hash, torrent, refuse)),
      make('aside', {}, files(here.signal, hash, all, screen && chosen), chosen && links(hash, chosen), device(),
        swarm(here.signal, hash, screen && screen.video, () => screen && screen.shared())));
    if (screen) screen.stage.focus({preventScroll: true});
  }

  const instead = (error, again) =>
    box.replaceChildren(make('div', {class: 'screen'}, sayTrouble(error, again, make('a', {class: 'button', href: '#/'}, say.back))));
  async function load() {
    try {
      const torrent = await ask(`/api/torrents/${hash}`, {signal});
      heading(torrent);
      if (torrent.files.length && !here) fill(torrent);
      else if (!here && !looking.isConnected) box.replaceChildren(make('div', {class: 'screen'}, looking, make('div', {class: 'heading'}, title, state), trouble,
        actions(signal, hash, torrent, refuse)));
    } catch (error) {
      if (!signal.aborted) instead(error, load);
    }
  }
  on('change', signal, changed => {
    if (changed !== hash) return;
    heading(torrents.get(hash));
    if (!here) load();
  });
  on('back', signal, () => { if (!here) load(); });
  // A player that went on would fetch what somebody has just thrown out. Once it is added again it plays here.
  on('removed', signal, gone => {
    if (gone !== hash) return;
    end();
    instead(new Trouble('removed'));
  });
  load();
  return box;
}
