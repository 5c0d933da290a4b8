// SPDX-License-Identifier: LGPL-2.1-or-later
// The page for old TVs: ES5 and XMLHttpRequest. It lists, adds and plays.
(function () {
  'use strict';
  var hlsType = 'application/vnd.apple.mpegurl', place = 'gst-torrent.token', token = '', ways = [], timer = 0;
  var film = get('film'), list = get('list'), screen = get('screen'), other = get('other');

  function get(id) { return document.getElementById(id); }
  function say(text) { get('told').textContent = text; }
  function stored() { try { return localStorage.getItem(place) || ''; } catch (e) { return token; } }

  function ask(method, path, body, done) {
    var request = new XMLHttpRequest();
    request.open(method, path);
    if (stored()) request.setRequestHeader('Authorization', 'Bearer ' + stored());
    if (body) request.setRequestHeader('Content-Type', 'application/json');
    request.onload = function () {
      var told = {};
      try { told = JSON.parse(request.responseText); } catch (e) { told.message = 'The server gave an answer that is none.'; }
      if (request.status === 401) return login();
      // A sentence that names a route is for programs.
      if (!told.success) return say(!/\b(GET|POST|PUT|PATCH|DELETE) \//.test(told.message) && told.message || told.error || 'The server has failed.');
      done(told.data);
    };
    request.onerror = function () { say('The server does not answer. Is it running?'); };
    request.send(body ? JSON.stringify(body) : null);
  }

  // As links to the page may have it. It does not stay in the address.
  function takeFromAddress() {
    var given = /[?&]token=([^&]+)/.exec(location.search);
    if (!given) return;
    try { keep(decodeURIComponent(given[1])); } catch (e) { return; }
    if (history.replaceState) history.replaceState(null, '', location.pathname);
  }

  function keep(given) {
    token = given;
    try { localStorage.setItem(place, token); } catch (e) { say('This browser keeps no token: it will ask again.'); }
  }

  function login() {
    var given = window.prompt('The server wants its token (API_TOKEN).', '');
    if (!given) return say('Without the token nothing can be shown.');
    keep(given);
    all();
  }

  function row(name, state, act) {
    var item = document.createElement('li'), button = document.createElement('button'), small = document.createElement('small');
    button.type = 'button';
    button.appendChild(document.createTextNode(name || 'without a name'));
    small.textContent = state;
    button.appendChild(small);
    button.onclick = act;
    item.appendChild(button);
    list.appendChild(item);
    return button;
  }

  function clear() { while (list.firstChild) list.removeChild(list.firstChild); }
  function size(bytes) { return bytes > 1e9 ? (bytes / 1e9).toFixed(1) + ' GB' : Math.ceil(bytes / 1e6) + ' MB'; }

  function stateOf(torrent) {
    var peers = torrent.peers === 1 ? ', 1 peer' : torrent.peers ? ', ' + torrent.peers + ' peers' : '';
    return Math.floor(torrent.progress) + ' %' + peers;
  }

  function all() {
    ask('GET', '/api/torrents?limit=200', null, function (data) {
      clear();
      say(data.torrents.length ? '' : 'Nothing is here yet: add a magnet link.');
      data.torrents.forEach(function (torrent) {
        row(torrent.name, stateOf(torrent), function () { open(torrent.infoHash); });
      });
      if (list.firstChild) list.firstChild.firstChild.focus();
    });
  }

  // How long the folders are that all paths begin with.
  function shared(files) {
    var first = files[0].path, length = 0, at = -1;
    function same(file) { return file.path.slice(0, at + 1) === first.slice(0, at + 1); }
    while ((at = first.indexOf('/', at + 1)) >= 0 && files.every(same)) length = at + 1;
    return length;
  }

  function open(hash) {
    ask('GET', '/api/torrents/' + hash + '/files', null, function (data) {
      var films = data.files.filter(function (file) { return file.hlsUrl; });
      if (films.length === 0) return say('There is nothing to watch in it (yet).');
      if (films.length === 1) return play(films[0]);
      clear();
      say('');
      row('Back', 'to the list', all).focus();
      films.forEach(function (file) { row(file.path.slice(shared(data.files)), size(file.length), function () { play(file); }); });
    });
  }

  // As HLS where the browser plays that by itself, else the file; when one way fails, the other.
  function play(file) {
    var hls = [file.hlsUrl, 'HLS'], direct = [file.streamUrl, 'the file itself'];
    ways = film.canPlayType(hlsType) ? [hls, direct] : [direct];
    get('name').textContent = file.name;
    screen.hidden = false;
    list.hidden = get('add').hidden = true;
    next();
  }

  function next() {
    var way = ways.shift(), promise;
    if (!way) return say('This TV can not play it. An application like VLC or Kodi may.');
    say('Reading the beginning of the film …');
    film.src = way[0];
    promise = film.play();
    if (promise && promise['catch']) promise['catch'](function () {});
    other.hidden = ways.length === 0;
    if (ways.length) other.textContent = 'Try ' + ways[0][1];
    film.focus();
  }

  function back() {
    film.pause();
    film.removeAttribute('src');
    film.load();
    screen.hidden = true;
    list.hidden = get('add').hidden = false;
    all();
  }

  // Remote controls: up and down through what is there, back to the list.
  function key(event) {
    var code = event.keyCode, things, at, i, step = code === 40 ? 1 : code === 38 ? -1 : 0;
    if (code === 461 || code === 10009 || code === 27) {
      if (!screen.hidden) { event.preventDefault(); back(); }
      return;
    }
    if (!screen.hidden && document.activeElement === film && (code === 37 || code === 39)) {
      event.preventDefault();
      film.currentTime += code === 37 ? -10 : 10;
      return;
    }
    if (!step) return;
    things = Array.prototype.filter.call(document.querySelectorAll('input, button, video'), function (e) { return e.offsetWidth > 0; });
    at = things.indexOf(document.activeElement);
    i = at < 0 ? 0 : Math.max(0, Math.min(things.length - 1, at + step));
    event.preventDefault();
    things[i].focus();
  }

  film.tabIndex = 0;
  film.onplaying = function () { clearTimeout(timer); say(''); };
  film.onwaiting = function () { timer = setTimeout(function () { say('Waiting for the swarm …'); }, 2000); };
  film.onerror = function () { if (film.getAttribute('src')) next(); };
  film.onended = back;
  get('back').onclick = back;
  other.onclick = next;
  get('add').onsubmit = function () {
    var what = get('what').value.replace(/^\s+|\s+$/g, '');
    if (!what) return false;
    say('Asking the swarm what is in it …');
    ask('POST', '/api/torrents', /^magnet:/i.test(what) ? {magnetUri: what} : /^https?:/i.test(what) ? {torrentUrl: what} : {infoHash: what}, function (data) {
      get('what').value = '';
      if (data.files.length) open(data.infoHash);
      else all();
    });
    return false;
  };
  document.addEventListener('keydown', key);
  takeFromAddress();
  all();
})();
