// SPDX-License-Identifier: LGPL-2.1-or-later
// Names that would keep libtorrent's parser busy for minutes. Pure; reentrant.
#pragma once

#include <libtorrent/fwd.hpp>

namespace swarm {

/// Before the info dictionary is parsed. Throws Error(bad_metadata) if its names are too many, too long, or spread
/// over so many folders that libtorrent's linear look-up of folders would take long.
void check_names(libtorrent::bdecode_node const& info);

/// After it is parsed, but before libtorrent makes equal names different, which is quadratic. Throws as above.
void check_equal_names(libtorrent::torrent_info const& torrent);

}  // namespace swarm
