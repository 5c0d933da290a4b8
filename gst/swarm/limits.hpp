// SPDX-License-Identifier: LGPL-2.1-or-later
// What a torrent may claim. Far beyond any honest one; below what would cost seconds or gigabytes to believe.
#pragma once

#include <cstddef>
#include <cstdint>

namespace swarm {

inline constexpr int max_files = 100'000;
inline constexpr int max_pieces = 0x200000;                            ///< libtorrent's own default
inline constexpr std::int64_t max_piece_length = 256 * 1024 * 1024;    ///< libtorrent ends at 512 MiB
inline constexpr std::int64_t max_total_size = std::int64_t{1} << 48;  ///< libtorrent's own limit
inline constexpr std::size_t max_name_bytes = 16 * 1024 * 1024;        ///< all paths together
inline constexpr int max_folder_depth = 32;

}  // namespace swarm
