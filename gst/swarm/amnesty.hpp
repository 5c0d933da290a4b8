// SPDX-License-Identifier: LGPL-2.1-or-later
// libtorrent bans honest peers now and then: once a peer has sent eight good pieces its trust wraps round, and the next
// piece that fails bans all who sent a block of it (2.0.8 to 2.1.0). Internal.
#pragma once

#include "swarm/locator.hpp"
#include "swarm/network.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace swarm {

/// Several bans at the same moment can't all be deserved: they are taken back. Who sent the wrong bytes comes out when
/// the piece is fetched again from one peer alone. Thread-bound: network thread.
class Amnesty {
 public:
  using Unban = std::function<void(std::vector<PeerAddress> const&)>;
  Amnesty(std::shared_ptr<Network> network, Unban unban);
  void on_banned(PeerAddress address);

 private:
  std::shared_ptr<Network> network_;
  Unban unban_;
  std::shared_ptr<std::vector<PeerAddress>> banned_;
};

}  // namespace swarm
