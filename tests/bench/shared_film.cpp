// SPDX-License-Identifier: LGPL-2.1-or-later
#include "bench/shared_film.hpp"

#include <cstdlib>
#include <filesystem>
#include <regex>
#include <span>
#include <stdexcept>

namespace bench {
namespace {

support::Child start_seed(std::string const& film, int seeders, int piece_kib) {
  char const* program = std::getenv("GST_TORRENT_SEED");
  return support::Child({program ? program : "gst-torrent-seed", "--with-parent",
                         "--seeders=" + std::to_string(seeders), "--piece-size=" + std::to_string(piece_kib), film});
}

std::string written(support::Payload const& payload, std::string const& path, std::int64_t size) {
  payload.write(path, size);
  return path;
}

std::string text_of(std::string const& json, std::string const& key) {
  std::smatch match;
  if (!std::regex_search(json, match, std::regex("\"" + key + "\"\\s*:\\s*\"([^\"]*)\""))) return {};
  return match[1];
}

Server::Environment joined(Server::Environment all, Server::Environment const& more) {
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

}  // namespace

SharedFilm::SharedFilm(std::int64_t size, int seeders, int piece_kib, std::uint64_t payload)
    : size_(size),
      payload_(payload),
      seed_(start_seed(written(payload_, folder_ / "film.mkv", size), seeders, piece_kib)) {
  auto const line = seed_.wait_for_line("^magnet:.*$", 60s);
  if (!line) throw std::runtime_error("the seeders do not start: " + seed_.err());
  magnet_ = (*line)[0];
}

void SharedFilm::check(std::int64_t offset, std::string_view bytes) const {
  auto const wrong = payload_.first_difference(offset, std::as_bytes(std::span(bytes)));
  if (wrong) throw std::runtime_error("wrong byte at " + std::to_string(offset + static_cast<std::int64_t>(*wrong)));
}

Server::Server(std::string const& program, Environment const& more)
    : child_({program}, {.environment = joined({{"HOST", "127.0.0.1"},
                                                {"PORT", "0"},
                                                {"TORRENT_LISTEN", support::own_address() + ":0"},
                                                {"TORRENT_DHT", "false"},
                                                {"TORRENT_LSD", "false"},
                                                {"TORRENT_PORT_MAPPING", "false"},
                                                {"TRACKER_INJECT", "false"},
                                                {"HTTP_MAX_REQUESTS", "0"},
                                                {"HTTP_MAX_CONNECTIONS_PER_ADDRESS", "0"},
                                                {"TORRENT_DOWNLOAD_PATH", folder_ / "files"},
                                                {"STATE_PATH", folder_ / "state"}},
                                               more)}) {
  auto const line = child_.wait_for_line("listening on http://[^ ]*:(\\d+)");
  if (!line) throw std::runtime_error("the server does not start: " + child_.err());
  at_ = {"127.0.0.1", static_cast<std::uint16_t>(std::stoi((*line)[1]))};
}

std::string Server::add(std::string const& magnet, std::chrono::seconds wait) {
  auto const response = support::http::post(at_, "/api/torrents?wait=" + std::to_string(wait.count()),
                                            "{\"magnetUri\": \"" + magnet + "\"}");
  auto hash = text_of(response.body, "infoHash");
  if (response.status() / 100 != 2 || hash.empty()) throw std::runtime_error("the server says " + response.body);
  return hash;
}

}  // namespace bench
