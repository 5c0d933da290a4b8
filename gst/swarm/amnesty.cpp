// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/amnesty.hpp"

#include <utility>

namespace swarm {
namespace {

constexpr Network::Delay moment{50};  // libtorrent has to be done with them

}  // namespace

Amnesty::Amnesty(std::shared_ptr<Network> network, Unban unban)
    : network_(std::move(network)), unban_(std::move(unban)) {}

void Amnesty::on_doubt() {
  *doubt_ = true;
  network_->post([doubt = doubt_] { *doubt = false; });
}

bool Amnesty::on_banned(PeerAddress address) {
  if (!*doubt_) return false;
  banned_->push_back(std::move(address));
  if (banned_->size() > 1) return true;
  network_->after(moment, [banned = banned_, unban = unban_] { unban(std::exchange(*banned, {})); });
  return true;
}

}  // namespace swarm
