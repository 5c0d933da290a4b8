// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/amnesty.hpp"

#include <utility>

namespace swarm {
namespace {

constexpr Network::Delay moment{50};

}  // namespace

Amnesty::Amnesty(std::shared_ptr<Network> network, Unban unban)
    : network_(std::move(network)), unban_(std::move(unban)), banned_(std::make_shared<std::vector<PeerAddress>>()) {}

void Amnesty::on_banned(PeerAddress address) {
  banned_->push_back(std::move(address));
  if (banned_->size() > 1) return;
  network_->after(moment, [banned = banned_, unban = unban_] {
    auto const all = std::exchange(*banned, {});
    if (all.size() > 1) unban(all);
  });
}

}  // namespace swarm
