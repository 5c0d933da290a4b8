// SPDX-License-Identifier: LGPL-2.1-or-later
// Our settings as libtorrent's: one table, with the reason for each value. Internal. Pure.
#pragma once

#include <libtorrent/fwd.hpp>

#include <cstdint>
#include <string>

namespace swarm {

enum class Profile;
struct Settings;

struct Buffers {
  std::int64_t queued_bytes;  ///< blocks that wait for the disk
  int send_buffer;            ///< of each peer that we upload to, bytes
  int disk_threads;
  int hash_threads;
};
Buffers buffers(Profile profile);

/// libtorrent counts so many of a peer, and then forgets it.
inline constexpr int most_failures = 10;

libtorrent::settings_pack lt_settings(Settings const& settings);
/// The limits are everybody's: libtorrent would have peers in the same network or machine exceed them.
libtorrent::ip_filter lt_peer_classes();
/// Outgoing uTP on or off (decided by the session: on only while some torrent finds no peer by TCP).
libtorrent::settings_pack lt_outgoing_utp(bool on);

/// $<variable>/gst-torrent, or <home>/<fallback>/gst-torrent where that is not set.
std::string xdg_folder(char const* variable, char const* fallback);

}  // namespace swarm
