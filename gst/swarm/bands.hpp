// SPDX-License-Identifier: LGPL-2.1-or-later
// Demand -> libtorrent's piece priorities, for torrents with web seeds: libtorrent picks for these alone. Internal.
#pragma once

#include <libtorrent/fwd.hpp>

#include <cstdint>
#include <functional>
#include <vector>

namespace swarm {

class Layout;
struct Wants;

/// Priority 0 is the only one that libtorrent's picker takes at its word, so what nobody wants has 0, and `keep` only
/// gets more while the readers' windows are nearly full. Thread-bound: network thread.
class Bands {
 public:
  /// Applies the difference to what was applied last, and one piece more: libtorrent looks for no peers while all that
  /// it wants is there, and 2.0.8 never again. False, and no change, when nothing that is wanted is missing.
  bool apply(libtorrent::torrent_handle const& torrent, Layout const& layout, Wants const& wants,
             std::function<bool(int piece)> const& have);
  /// Says everything anew at the next apply (libtorrent may have forgotten it).
  void forget();
  /// There are priorities that release() would take away.
  [[nodiscard]] bool applied() const { return !applied_.empty(); }
  /// libtorrent wants all pieces alike again; there must be no web seed to fetch them.
  void release(libtorrent::torrent_handle const& torrent, int pieces);

 private:
  std::vector<std::uint8_t> applied_;
  bool keep_open_ = true;
};

}  // namespace swarm
