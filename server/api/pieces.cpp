// SPDX-License-Identifier: LGPL-2.1-or-later
// GET /api/torrents/:infoHash/pieces
#include "api/app.hpp"
#include "api/named.hpp"
#include "api/resources.hpp"
#include "api/shapes.hpp"

#include <glib.h>

#include <algorithm>

namespace api {
namespace {

/// As in BEP 3: the first piece is the highest bit of the first byte.
std::string bit_field(std::vector<bool> const& have) {
  std::vector<guchar> bytes((have.size() + 7) / 8);
  for (std::size_t i = 0; i < have.size(); ++i)
    if (have[i]) bytes[i / 8] |= static_cast<guchar>(0x80 >> (i % 8));
  g_autofree char* text = g_base64_encode(bytes.data(), bytes.size());
  return text;
}

json::Object reader_at(swarm::ReadingPlace const& place, swarm::Layout const& layout) {
  auto const size = layout.file(place.file).size;
  auto reader = json::Object()
                    .set("fileIndex", place.file)
                    .set("position", place.position)
                    .set("piece", layout.piece_at(place.file, std::clamp<std::int64_t>(place.position, 0, size - 1)));
  if (place.window.empty())
    reader.set("window", nullptr);
  else
    reader.set("window", json::Array::of(std::vector{place.window.first, place.window.last - 1}));
  return reader;
}

json::Object pieces(swarm::Torrent const& torrent) {
  auto const metadata = torrent.metadata();
  auto const have = torrent.verified_pieces();
  json::Array readers;
  if (metadata)
    for (auto const& place : torrent.reading_places())
      if (metadata->layout.file(place.file).size > 0) readers.add(reader_at(place, metadata->layout));
  return identity(torrent)
      .set("pieceLength", metadata ? metadata->layout.piece_length() : 0)
      .set("count", static_cast<std::int64_t>(have.size()))
      .set("have", bit_field(have))
      .set("readers", std::move(readers));
}

}  // namespace

void show_pieces(App& app, http::Exchange& exchange) {
  exchange.work([torrent = named_torrent(app, exchange)] { return http::Response::data(pieces(*torrent)); },
                [&exchange](http::Response const& response) { exchange.reply(response); });
}

}  // namespace api
