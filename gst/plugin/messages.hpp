// SPDX-License-Identifier: LGPL-2.1-or-later
// Structures for messages and the `stats` property, from what the swarm says. Reentrant; the caller owns results.
#pragma once

#include "swarm/reader.hpp"
#include "swarm/torrent.hpp"

#include <gst/gst.h>

#include <chrono>
#include <optional>

namespace plugin {

/// `torrent-metadata`: name, info-hash, private, sizes, files, and the file that was chosen.
GstStructure* metadata_structure(swarm::Metadata const& metadata, std::optional<int> chosen);
/// `torrent-stats`: torrent's and reader's state; `reader` may be null.
GstStructure* stats_structure(swarm::Torrent const& torrent, swarm::Reader const* reader);
/// `torrent-stalled`: a read has waited for `waited`; active = FALSE: it is over.
GstStructure* stalled_structure(bool active, std::int64_t position, std::chrono::milliseconds waited, int peers);
/// Title from the file's name, global scope.
GstTagList* title_tags(std::string const& path);

}  // namespace plugin
