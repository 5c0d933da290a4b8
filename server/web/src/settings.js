// SPDX-License-Identifier: LGPL-2.1-or-later
// How the server is: its addresses, its cache, what it runs with.
import {ask} from './api.js';
import {make} from './dom.js';
import {bytes, span} from './format.js';
import {code, link, onlyHere, whyNone} from './links.js';
import {sayTrouble} from './notice.js';
import {forget, token} from './token.js';
import {words} from './words.js';

const say = words.settings;
const list = rows => make('dl', {class: 'facts'}, rows.map(([name, value]) => make('div', {}, make('dt', {}, name), make('dd', {}, String(value)))));

function devices(status) {
  const box = make('section', {class: 'panel'}, make('h2', {}, say.devices));
  const addresses = onlyHere ? status.addresses : [location.origin, ...status.addresses.filter(one => one !== location.origin)];
  if (addresses.length === 0) box.append(make('p', {}, whyNone(status)));
  else code(addresses[0] + '/').then(drawn => box.append(make('div', {class: 'device'}, drawn, make('div', {}, make('p', {}, words.film.deviceHint),
    make('ul', {class: 'links'}, addresses.map(one => link('', one)))))));
  return box;
}

function cache(stats, again) {
  const told = make('p', {role: 'status'});
  async function clean() {
    try {
      const done = await ask('/api/cache-config', {json: {forceCleanup: true}});
      again(say.cleaned(done.cleanedCount, done.freedSpaceMB));
    } catch (trouble) {
      told.replaceChildren(sayTrouble(trouble));
    }
  }
  const megabytes = value => bytes(Number(value) * 1e6);
  return make('section', {class: 'panel'}, make('h2', {}, say.cache),
    make('progress', {max: 100, value: Math.min(100, parseFloat(stats.diskUsagePercent) || 0), 'aria-label': say.cache}),
    make('p', {}, say.used(megabytes(stats.diskUsage), megabytes(stats.maxDiskUsage))),
    make('p', {class: 'quiet-text'}, say.hits(stats.hitRate, stats.hits, stats.misses)),
    make('button', {type: 'button', onclick: clean}, say.clean), told);
}

function server(status) {
  const rows = say.rows, session = status.session;
  return make('section', {class: 'panel'}, make('h2', {}, say.server), session.warnings.map(text => make('p', {class: 'bad'}, text)),
    list([[rows.version, status.version], [rows.uptime, span(status.uptime)], [rows.memory, bytes(status.memory.own)], [rows.torrents, session.torrents],
      [rows.peers, session.peers], [rows.port, session.listenPort], [rows.connections, status.http.connections],
      [rows.dht, session.dht.enabled ? session.dht.nodes : say.off]]));
}

export function settings(signal) {
  const box = make('div');
  async function fill(told) {
    try {
      const [status, stats] = await Promise.all([ask('/status', {signal}), ask('/api/cache-stats', {signal})]);
      const cached = cache(stats, fill);
      if (told) cached.append(make('p', {role: 'status'}, told));
      box.replaceChildren(make('div', {class: 'panels'}, devices(status), cached, server(status),
        make('section', {class: 'panel'}, make('h2', {}, say.more), make('ul', {class: 'plain'},
          [['/docs', say.api], ['/web/plain.html', say.plain], ['/web/licences.txt', say.licences]].map(([href, text]) => make('li', {}, make('a', {href}, text)))),
        token() && make('button', {type: 'button', onclick: event => { forget(); event.target.replaceWith(say.forgotten); }}, say.forget))),
        make('details', {class: 'panel'}, make('summary', {}, make('h2', {}, say.inForce)), make('p', {class: 'quiet-text'}, say.inForceHint),
          list(Object.entries(status.settings))));
    } catch (trouble) {
      if (!signal.aborted) box.replaceChildren(sayTrouble(trouble, () => fill()));
    }
  }
  fill();
  return make('section', {}, make('h1', {}, say.title), box);
}
