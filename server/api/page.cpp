// SPDX-License-Identifier: LGPL-2.1-or-later
// GET /: a small page that needs nothing else
#include "api/app.hpp"
#include "api/resources.hpp"
#include "http/exchange.hpp"

#include <glib.h>

#include <string>

namespace api {
namespace {

constexpr char const* markup = R"(<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>gst-torrent</title>
<style>
  body { font: 16px/1.5 system-ui, sans-serif; max-width: 50rem; margin: 2rem auto; padding: 0 1rem; color-scheme: light dark }
  form { display: flex; gap: .5rem } input { flex: 1; padding: .4rem } button { padding: .4rem 1rem }
  video { width: 100%; background: #000; margin: 1rem 0 } [hidden] { display: none }
  table { border-collapse: collapse; width: 100% } td { padding: .2rem .5rem .2rem 0; vertical-align: top }
  #told { min-height: 1.5em } code { overflow-wrap: anywhere }
</style>
<h1>gst-torrent</h1>
<p>This server streams the files of BitTorrent swarms over HTTP while they are being downloaded.
Give it a magnet link or an info hash; its API is under <code>/api/torrents</code>, its state under
<code>/status</code>.</p>
<form id="add"><input id="what" placeholder="magnet:?xt=urn:btih:…, an info hash, or https://….torrent" aria-label="Magnet link or info hash"
  required><button>Add</button></form>
<p id="told" role="status"></p>
<video id="film" controls hidden></video>
<table id="files"></table>
<h2>Torrents</h2>
<table id="torrents"></table>
)";

constexpr char const* script = R"(
'use strict';
const $ = id => document.getElementById(id);
const token = new URLSearchParams(location.search).get('token');
async function ask(path, options = {}) {
  options.headers = {...options.headers, ...(token ? {Authorization: 'Bearer ' + token} : {})};
  const answer = await fetch(path, options);
  const json = await answer.json();
  if (!json.success) throw new Error(json.message || json.error);
  return json.data;
}
function row(table, cells) {
  const line = table.insertRow();
  for (const cell of cells) line.insertCell().append(cell);
}
function button(text, action) {
  const made = document.createElement('button');
  made.textContent = text;
  made.onclick = action;
  return made;
}
function play(file) {
  const film = $('film');
  film.hidden = false;
  film.src = file.streamUrl;
  film.play().catch(() => {});
}
$('film').onerror = () => { if ($('film').error) $('told').textContent = 'The browser can not play this: ' + $('film').error.message; };
let shown = null;
async function show(hash) {
  shown = hash;
  const data = await ask('/api/torrents/' + hash + '/files');
  $('files').replaceChildren();
  for (const file of data.files)
    row($('files'), [file.name, (file.length / 1e6).toFixed(1) + ' MB', file.progress + ' %',
                     file.isVideo || file.mimeType.startsWith('audio/') ? button('Play', () => play(file)) : '']);
  return data.files;
}
async function refresh() {
  try {
    const data = await ask('/api/torrents?limit=50');
    $('torrents').replaceChildren();
    for (const t of data.torrents)
      row($('torrents'), [t.name, t.status, t.progress + ' %', (t.downloadSpeed / 1e6).toFixed(2) + ' MB/s',
                          t.peers + ' peers', button('Files', () => show(t.infoHash))]);
    if (data.torrents.some(t => t.infoHash === shown)) await show(shown);
  } catch (error) { $('told').textContent = error.message; }
}
$('add').onsubmit = async event => {
  event.preventDefault();
  const what = $('what').value.trim();
  $('told').textContent = 'Looking for peers …';
  try {
    const body = what.startsWith('magnet:') ? {magnetUri: what}
               : /^https?:/i.test(what) ? {torrentUrl: what} : {infoHash: what};
    const data = await ask('/api/torrents', {method: 'POST', headers: {'Content-Type': 'application/json'},
                                             body: JSON.stringify(body)});
    $('told').textContent = data.name + ': ' + data.message;
    const files = await show(data.infoHash);
    const film = files.filter(f => f.isVideo).sort((a, b) => b.length - a.length)[0];
    if (film) play(film);
  } catch (error) { $('told').textContent = error.message; }
  refresh();
};
refresh();
setInterval(refresh, 3000);
)";

/// Scripts run only if they are exactly this one.
std::string policy() {
  g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
  g_checksum_update(sum, reinterpret_cast<guchar const*>(script), -1);
  guint8 digest[32];
  gsize size = sizeof digest;
  g_checksum_get_digest(sum, digest, &size);
  g_autofree char* hash = g_base64_encode(digest, size);
  return std::string("default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-") + hash +
         "'; connect-src 'self'; media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
}

}  // namespace

void page(App&, http::Exchange& exchange) {
  static auto const security = policy();
  http::Response response;
  response.set("Content-Type", "text/html; charset=utf-8").set("Content-Security-Policy", security);
  response.set("Cache-Control", "no-cache").set("Referrer-Policy", "no-referrer");
  response.body = std::string(markup) + "<script>" + script + "</script>\n</html>\n";
  exchange.reply(response);
}

void to_page(App&, http::Exchange& exchange) { exchange.reply(http::Response::redirect("/")); }

}  // namespace api
