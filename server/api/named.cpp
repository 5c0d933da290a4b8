// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/named.hpp"

#include "api/app.hpp"

#include <limits>

namespace api {

using http::Failure;
using http::Fault;

swarm::InfoHash named_hash(http::Exchange& exchange) {
  auto hash = swarm::InfoHash::parse(exchange.request().parameter("infoHash"));
  if (!hash) throw bad_info_hash();
  exchange.set_info_hash(hash->key());
  return *hash;
}

Failure bad_info_hash() {
  return {Fault::bad_info_hash, "An info hash is 40 or 64 hex digits, or 32 base32 characters."};
}

Failure unknown_torrent() {
  return {Fault::unknown_torrent, "This torrent is not here; add it with POST /api/torrents."};
}

std::shared_ptr<swarm::Torrent> named_torrent(App& app, http::Exchange& exchange) {
  auto torrent = app.session->find(named_hash(exchange));
  if (!torrent) throw unknown_torrent();
  exchange.set_info_hash(torrent->key());
  return torrent;
}

int file_index(std::string_view text) {
  auto number = http::parse_number(text);
  if (!number) throw Failure(Fault::bad_request, "\"fileIndex\" must be a whole number, 0 or more.");
  if (*number > std::numeric_limits<int>::max())
    throw Failure(Fault::unknown_file, "No torrent has a file number " + std::string(text) + ".");
  return static_cast<int>(*number);
}

swarm::FileChoice named_file(http::Request const& request) {
  if (auto text = request.query("fileIndex")) return file_index(*text);
  return swarm::TheFilm{};
}

}  // namespace api
