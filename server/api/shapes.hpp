// SPDX-License-Identifier: LGPL-2.1-or-later
// The JSON shapes that several routes share.
#pragma once

#include "lib/json/json.hpp"
#include "swarm/session.hpp"
#include "swarm/torrent.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace api {

/// "45.23"; "100.00" only if nothing is missing.
std::string percent(std::int64_t part, std::int64_t whole);
/// "connecting", "connected" …
char const* state_name(swarm::TorrentStatus::State state);
/// Nobody has paused it: others have their turn.
bool waits(swarm::Torrent const& torrent);
/// One that waits will connect.
char const* state_name(swarm::Torrent const& torrent, swarm::TorrentStatus const& status);
/// 2024-01-15T10:30:00.000Z
std::string timestamp();
/// Of seconds since 1970.
std::string timestamp(std::int64_t seconds);

/// {infoHash, infoHashV2?}: the beginning of most answers.
json::Object identity(swarm::Torrent const& torrent);
/// "45.23" of what is wanted of a torrent.
std::string progress(swarm::TorrentStatus const& status);
/// A torrent in a list, and in events.
json::Object summary(swarm::Torrent const& torrent, swarm::TorrentStatus const& status);
/// The same of one that sleeps.
json::Object summary(swarm::SleepingTorrent const& torrent);
/// Every file (padding is none) is on disk, whole.
bool complete(swarm::Torrent const& torrent);
/// [{index, name, path, length}]; empty before the metadata are known.
json::Array plain_files(swarm::Torrent const& torrent);
/// Link to the stream of a file, with the token if there is one.
std::string stream_url(swarm::Torrent const& torrent, int index, std::string const& token);

/// Link to its master playlist; nullopt for what is no film and no sound.
std::optional<std::string> hls_url(swarm::Torrent const& torrent, int index, std::string const& token);

/// Calls visit(index, file) for every file that is one.
template <class Visit>
void each_file(swarm::Torrent const& torrent, Visit visit) {
  auto metadata = torrent.metadata();
  if (!metadata) return;
  for (int i = 0; i < metadata->layout.file_count(); ++i)
    if (!metadata->layout.file(i).padding) visit(i, metadata->layout.file(i));
}

}  // namespace api
