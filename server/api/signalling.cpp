// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/signalling.hpp"

#include "api/app.hpp"
#include "api/resources.hpp"
#include "http/exchange.hpp"
#include "http/network_of.hpp"

#include <map>
#include <mutex>
#include <random>
#include <string>
#include <utility>

namespace api {
namespace {

using Clock = tracker::Swarms::Clock;
using Link = tracker::Swarms::Link;

/// A whole household, or a test of ours, behind one.
constexpr int most_of_an_address = 100;

}  // namespace

/// The sockets and the clock. All but figures() on the tracker's thread.
class Signalling::Room {
 public:
  Room(std::shared_ptr<http::Loop> loop, tracker::Swarms::Limits const& limits)
      : loop_(std::move(loop)), interval_(limits.interval), swarms_(limits, std::random_device{}()) {}

  void open() {
    expiry_ = http::Source::every(interval_ / 4, [this] {
      swarms_.expire(Clock::now());
      count();
    });
  }
  void close() {
    expiry_.stop();
    for (auto& [link, client] : std::exchange(clients_, {})) leave(std::move(client));
  }

  void take(std::shared_ptr<http::WebSocket> socket, std::shared_ptr<void> account) {
    auto const link = ++last_;
    auto const address = http::network_of(socket->client_address());
    auto& client = clients_[link] = {std::move(socket), std::move(account)};
    swarms_.opened(link, Clock::now());
    client.socket->listen(
        {[this, link](std::string_view text) { received(link, text); }, [this, link] { closed(link); }});
    if (++of_address_[address] > most_of_an_address) client.socket->close("Too many connections from your address.");
  }

  [[nodiscard]] tracker::Swarms::Figures figures() const {
    std::lock_guard const lock(mutex_);
    return figures_;
  }

 private:
  struct Client {
    std::shared_ptr<http::WebSocket> socket;
    std::shared_ptr<void> account;
  };

  void received(Link from, std::string_view text) {
    auto const outcome = swarms_.received(from, text, Clock::now());
    for (auto const& [to, message] : outcome.texts)
      if (auto const client = clients_.find(to); client != clients_.end()) client->second.socket->send(message);
    if (!outcome.close.empty()) clients_.at(from).socket->close(outcome.close);
    count();
  }

  void closed(Link link) {
    swarms_.closed(link);
    auto client = clients_.extract(link);
    auto const address = of_address_.find(http::network_of(client.mapped().socket->client_address()));
    if (--address->second == 0) of_address_.erase(address);
    leave(std::move(client.mapped()));
    count();
  }

  void leave(Client client) {
    client.socket.reset();
    loop_->post([account = std::move(client.account)]() mutable { account.reset(); });
  }

  void count() {
    std::lock_guard const lock(mutex_);
    figures_ = swarms_.figures();
  }

  std::shared_ptr<http::Loop> const loop_;  ///< the server's
  std::chrono::milliseconds const interval_;
  tracker::Swarms swarms_;
  std::map<Link, Client> clients_;
  std::map<std::string, int> of_address_;
  Link last_ = 0;
  http::Source expiry_;
  mutable std::mutex mutex_;
  tracker::Swarms::Figures figures_;  ///< under mutex_
};

Signalling::Signalling(std::shared_ptr<http::Loop> loop, tracker::Swarms::Limits const& limits)
    : loop_(std::move(loop)), room_(std::make_shared<Room>(loop_, limits)) {
  thread_.loop().post([room = room_] { room->open(); });
}

Signalling::~Signalling() {
  thread_.loop().post([room = room_] { room->close(); });
}

void Signalling::take(std::unique_ptr<http::WebSocket> socket) {
  auto account = socket->account();
  thread_.loop().post([room = room_, socket = std::shared_ptr(std::move(socket)),
                       account = std::move(account)]() mutable { room->take(std::move(socket), std::move(account)); });
}

tracker::Swarms::Figures Signalling::figures() const { return room_->figures(); }

void signalling(App& app, http::Exchange& exchange) {
  exchange.upgrade([&app](auto socket) { app.signalling->take(std::move(socket)); });
}

}  // namespace api
