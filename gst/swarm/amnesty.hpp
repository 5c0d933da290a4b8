// SPDX-License-Identifier: LGPL-2.1-or-later
// libtorrent bans honest peers: once a peer has sent eight good pieces its trust wraps round, and the next piece that
// fails bans all such who sent a block of it (2.0.8 to 2.1.0). Internal.
#pragma once

#include "swarm/locator.hpp"
#include "swarm/network.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace swarm {

/// Bans that a failed piece of several peers brings are taken back: that one of them sent wrong bytes proves nothing
/// against the others. Who it was comes out when a piece is fetched again, from one peer alone; such bans stand.
/// Thread-bound: network thread.
class Amnesty {
 public:
  using Unban = std::function<void(std::vector<PeerAddress> const&)>;
  Amnesty(std::shared_ptr<Network> network, Unban unban);
  /// Bans up to the end of this turn come of a piece that several peers have given.
  void on_doubt();
  /// False: the ban stands.
  bool on_banned(PeerAddress address);

 private:
  std::shared_ptr<Network> network_;
  Unban unban_;
  std::shared_ptr<bool> doubt_ = std::make_shared<bool>(false);
  std::shared_ptr<std::vector<PeerAddress>> banned_ = std::make_shared<std::vector<PeerAddress>>();
};

}  // namespace swarm
