// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/metadata_wait.hpp"

#include <utility>

namespace api {

void when_known(http::Exchange& exchange, std::shared_ptr<swarm::Torrent> const& torrent,
                std::chrono::milliseconds patience, std::function<void(bool known)> then) {
  auto over = std::make_shared<bool>(false);
  auto finish = [&exchange, over, then = std::move(then)](bool known) {
    if (std::exchange(*over, true)) return;
    exchange.release();
    then(known);
  };
  auto look = [torrent, over, finish] {
    if (*over) return;
    torrent->check();
    if (torrent->metadata()) finish(true);
  };
  if (torrent->metadata() || patience.count() == 0) return torrent->check(), finish(torrent->metadata() != nullptr);
  exchange.expect_long_wait();
  exchange.hold(torrent->watch(exchange.wake(look)));
  look();  // it may have come just before the watch began
  if (!*over) exchange.after(patience, [finish] { finish(false); });
}

}  // namespace api
