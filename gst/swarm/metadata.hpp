// SPDX-License-Identifier: LGPL-2.1-or-later
// libtorrent's picture of a torrent -> ours. Pure; reentrant.
#pragma once

#include <libtorrent/fwd.hpp>

#include <memory>

namespace swarm {

struct Metadata;

/// A function of the info dictionary alone, so that a torrent from a magnet and from its .torrent look the same.
/// Paths of files that are kept are relative, without `.`, `..` or empty parts, different from each other in more
/// than case, and none is a folder of another: who wants files on disk takes these names, not libtorrent's.
/// Throws Error(bad_metadata) for what no honest torrent claims or libtorrent can't download.
std::shared_ptr<Metadata const> make_metadata(libtorrent::torrent_info const& torrent);

}  // namespace swarm
