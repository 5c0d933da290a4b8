// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/bands.hpp"

#include "swarm/demand.hpp"
#include "swarm/layout.hpp"

#include <libtorrent/download_priority.hpp>
#include <libtorrent/torrent_handle.hpp>

#include <algorithm>
#include <utility>

namespace swarm {
namespace {

enum : std::uint8_t { unknown = 0xff, none = 0, background = 1, far = 4, middle = 5, near = 6, hot = 7 };

struct Band {
  std::int64_t bytes;  ///< after the hot pieces
  std::uint8_t priority;
};
// In a window of one priority pieces come in random order; a player wants them roughly in turn.
constexpr Band bands[] = {{2 << 20, near}, {8 << 20, middle}};

}  // namespace

void Bands::forget() { std::fill(applied_.begin(), applied_.end(), std::uint8_t{unknown}); }

void Bands::release(lt::torrent_handle const& torrent, int pieces) {
  applied_.clear();
  torrent.prioritize_pieces(
      std::vector<lt::download_priority_t>(static_cast<std::size_t>(pieces), lt::default_priority));
}

bool Bands::apply(lt::torrent_handle const& torrent, Layout const& layout, Wants const& wants,
                  std::function<bool(int)> const& have) {
  auto const pieces = static_cast<std::size_t>(layout.piece_count());
  std::vector<std::uint8_t> target(pieces, none);
  int wanted = 0;
  int missing = 0;
  auto want = [&](int piece, std::uint8_t priority) {
    auto& p = target[static_cast<std::size_t>(piece)];
    if (p == none) {
      ++wanted;
      missing += have(piece) ? 0 : 1;
    }
    p = std::max(p, priority);
  };
  for (auto const& range : wants.ahead)
    for (int p = range.first; p < range.last; ++p) want(p, far);
  for (auto const& urgent : wants.hot) {
    int const piece = urgent.piece;
    int first = piece + 1;
    for (auto const& band : bands) {
      int const last =
          std::min<int>(layout.piece_count(), piece + 1 + static_cast<int>(band.bytes / layout.piece_length()));
      for (int p = first; p < last; ++p)
        if (target[static_cast<std::size_t>(p)] != none) want(p, band.priority);
      first = std::max(first, last);
    }
  }
  for (auto const& urgent : wants.hot) want(urgent.piece, hot);

  // Between the two marks it stays as it was, so that it does not flap with every piece.
  if (missing * 4 <= wanted)
    keep_open_ = true;
  else if (missing * 2 > wanted)
    keep_open_ = false;
  if (wants.keep && keep_open_)
    for (int p = wants.keep->first; p < wants.keep->last; ++p)
      target[static_cast<std::size_t>(p)] = std::max<std::uint8_t>(target[static_cast<std::size_t>(p)], background);

  bool any = false;
  std::size_t last = 0;  // wanted
  for (std::size_t p = 0; p < pieces; ++p) {
    any = any || (target[p] != none && !have(static_cast<int>(p)));
    if (target[p] != none) last = p;
  }
  if (!any) return false;
  for (std::size_t i = 1; i < pieces; ++i) {
    auto const p = (last + i) % pieces;
    if (target[p] != none || have(static_cast<int>(p))) continue;
    target[p] = background;
    break;
  }
  applied_.resize(pieces, unknown);
  std::vector<std::pair<lt::piece_index_t, lt::download_priority_t>> changes;
  for (std::size_t p = 0; p < pieces; ++p) {
    if (have(static_cast<int>(p))) continue;
    if (target[p] == applied_[p]) continue;
    changes.emplace_back(static_cast<int>(p), target[p]);
  }
  if (changes.empty()) return true;
  for (auto const& [piece, priority] : changes)
    applied_[static_cast<std::size_t>(static_cast<int>(piece))] = static_cast<std::uint8_t>(priority);
  torrent.prioritize_pieces(changes);
  return true;
}

}  // namespace swarm
