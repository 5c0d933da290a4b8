// SPDX-License-Identifier: LGPL-2.1-or-later
// From the address of a film to what is known of it, for all routes of HLS.
#pragma once

#include "api/app.hpp"
#include "hls/producer.hpp"
#include "http/exchange.hpp"
#include "swarm/torrent.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace api {

/// A request for something of a film, on its way to the answer.
struct Film {
  App& app;
  http::Exchange& exchange;
  std::shared_ptr<swarm::Torrent> torrent;
  int file = 0;
  hls::Origin origin;
  std::shared_ptr<hls::Facts const> facts;
  bool verified = false;  ///< else nobody may keep what is made from the facts
  std::chrono::steady_clock::time_point asked = std::chrono::steady_clock::now();
};
using FilmPtr = std::shared_ptr<Film>;

/// Its metadata are known, and have the file.
[[nodiscard]] hls::Origin origin_of(std::shared_ptr<swarm::Torrent> const& torrent, int file,
                                    swarm::ReaderOptions const& options);
/// Opens the torrent that the request names, waits for its metadata and for what is to be known of the file, and calls
/// `then`; or answers with what went wrong.
void open_film(App& app, http::Exchange& exchange, std::function<void(FilmPtr const&)> then);
/// The same for who plays it already: a torrent that was removed meanwhile is not added again.
void open_playing_film(App& app, http::Exchange& exchange, std::function<void(FilmPtr const&)> then);
/// Waits for what the producer makes, as long as the first byte may take.
void when_made(FilmPtr const& film, hls::Item const& item, std::function<void(hls::Content, bool verified)> then);
/// Where the film plays without HLS: for those who can't have it.
[[nodiscard]] std::string direct_url(Film const& film);

}  // namespace api
