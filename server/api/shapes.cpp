// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/shapes.hpp"

#include "swarm/catalog.hpp"

#include <glib.h>

#include <iterator>
#include <utility>

namespace api {

std::string percent(std::int64_t part, std::int64_t whole) {
  if (whole <= 0 || part >= whole) return "100.00";
  auto hundredths = static_cast<int>(static_cast<double>(part) / static_cast<double>(whole) * 10000);
  g_autofree char* text = g_strdup_printf("%d.%02d", hundredths / 100, hundredths % 100);
  return text;
}

char const* state_name(swarm::TorrentStatus::State state) {
  using S = swarm::TorrentStatus::State;
  constexpr std::pair<S, char const*> names[] = {{S::connecting, "connecting"},   {S::connected, "connected"},
                                                 {S::downloading, "downloading"}, {S::complete, "complete"},
                                                 {S::paused, "paused"},           {S::error, "error"}};
  for (auto const& [value, name] : names)
    if (value == state) return name;
  return "error";
}

bool waits(swarm::Torrent const& torrent) { return torrent.rest() == swarm::Rest::turn && !torrent.paused(); }

char const* state_name(swarm::Torrent const& torrent, swarm::TorrentStatus const& status) {
  using S = swarm::TorrentStatus::State;
  return state_name(status.state == S::paused && waits(torrent) ? S::connecting : status.state);
}

std::string timestamp() {
  g_autoptr(GDateTime) now = g_date_time_new_now_utc();
  g_autofree char* seconds = g_date_time_format(now, "%Y-%m-%dT%H:%M:%S");
  g_autofree char* text = g_strdup_printf("%s.%03dZ", seconds, g_date_time_get_microsecond(now) / 1000);
  return text;
}

std::string timestamp(std::int64_t seconds) {
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(seconds);
  g_autofree char* text = g_date_time_format(time, "%Y-%m-%dT%H:%M:%SZ");
  return text;
}

json::Object identity(swarm::Torrent const& torrent) {
  auto object = json::Object().set("infoHash", torrent.key());
  auto hash = torrent.hash();
  if (hash.v1 && hash.v2) object.set("infoHashV2", hash.v2_hex());
  return object;
}

std::string progress(swarm::TorrentStatus const& status) {
  bool const known = status.wanted > 0 || status.state == swarm::TorrentStatus::State::complete;
  return known ? percent(status.wanted_done, status.wanted) : "0.00";
}

json::Object summary(swarm::Torrent const& torrent, swarm::TorrentStatus const& status) {
  return identity(torrent)
      .set("name", torrent.name())
      .set("status", state_name(torrent, status))
      .set("waiting", waits(torrent))
      .set("progress", progress(status))
      .set("peers", status.peers)
      .set("downloadSpeed", status.download_rate)
      .set("uploadSpeed", status.upload_rate);
}

json::Object summary(swarm::SleepingTorrent const& torrent) {
  auto object = json::Object().set("infoHash", torrent.hash.key());
  if (torrent.hash.v1 && torrent.hash.v2) object.set("infoHashV2", torrent.hash.v2_hex());
  bool const whole = torrent.wanted > 0 && torrent.wanted_done == torrent.wanted;
  object.set("name", torrent.name)
      .set("status", whole ? "complete" : "paused")
      .set("waiting", false)
      .set("progress", torrent.wanted > 0 ? percent(torrent.wanted_done, torrent.wanted) : "0.00")
      .set("peers", 0)
      .set("downloadSpeed", 0)
      .set("uploadSpeed", 0);
  return object;
}

bool complete(swarm::Torrent const& torrent) {
  bool whole = torrent.metadata() != nullptr;
  each_file(torrent,
            [&](int index, swarm::File const& file) { whole = whole && torrent.downloaded(index) == file.size; });
  return whole;
}

json::Array plain_files(swarm::Torrent const& torrent) {
  json::Array files;
  each_file(torrent, [&](int index, swarm::File const& file) {
    files.add(json::Object()
                  .set("index", index)
                  .set("name", swarm::file_name(file.path))
                  .set("path", file.path)
                  .set("length", file.size));
  });
  return files;
}

std::string stream_url(swarm::Torrent const& torrent, int index, std::string const& token) {
  auto url = "/stream/file/" + torrent.key() + "/" + std::to_string(index);
  return token.empty() ? url : url + "?token=" + token;
}

std::optional<std::string> hls_url(swarm::Torrent const& torrent, int index, std::string const& token) {
  auto const kind = swarm::media_kind(torrent.metadata()->layout.file(index).path);
  if (kind != swarm::MediaKind::video && kind != swarm::MediaKind::audio) return std::nullopt;
  auto url = "/hls/" + torrent.key() + "/" + std::to_string(index) + "/master.m3u8";
  return token.empty() ? url : url + "?token=" + token;
}

}  // namespace api
