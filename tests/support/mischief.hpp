// SPDX-License-Identifier: LGPL-2.1-or-later
// Peers that break the protocol: a libtorrent seeder whose answers are replaced on the wire.
#pragma once

#include "support/made_torrent.hpp"

#include <libtorrent/fwd.hpp>

#include <functional>
#include <memory>

namespace support {

enum class Mischief {
  none,
  doubled,    ///< each block comes twice
  unasked,    ///< with each block comes one that nobody asked for
  oversized,  ///< blocks are longer than they should be
  truncated,  ///< blocks are shorter
  displaced,  ///< blocks of other places than those asked for
  garbage,    ///< after some blocks, bytes that are no message
  refusing,   ///< rejects every request
  choking,    ///< chokes after every few blocks, and unchokes again
};

/// To be put into the seeder's add_torrent_params::extensions.
std::function<std::shared_ptr<libtorrent::torrent_plugin>(libtorrent::torrent_handle const&, libtorrent::client_data_t)>
make_mischief(Mischief kind, MadeTorrent torrent);

}  // namespace support
