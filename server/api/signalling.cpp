// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/signalling.hpp"

#include "api/app.hpp"
#include "api/resources.hpp"
#include "http/exchange.hpp"
#include "http/network_of.hpp"

#include <random>

namespace api {
namespace {

using Clock = tracker::Swarms::Clock;

/// A whole household, or a test of ours, behind one.
constexpr int most_of_an_address = 100;

}  // namespace

Signalling::Signalling(tracker::Swarms::Limits const& limits)
    : swarms_(limits, std::random_device{}()),
      expiry_(http::Source::every(limits.interval / 4, [this] { swarms_.expire(Clock::now()); })) {}

void Signalling::take(std::unique_ptr<http::WebSocket> socket) {
  auto const link = ++last_;
  auto& taken = *(sockets_[link] = std::move(socket));
  swarms_.opened(link, Clock::now());
  taken.listen({[this, link](std::string_view text) { received(link, text); }, [this, link] { closed(link); }});
  if (++of_address_[http::network_of(taken.client_address())] > most_of_an_address)
    taken.close("Too many connections from your address.");
}

void Signalling::received(Link from, std::string_view text) {
  auto const outcome = swarms_.received(from, text, Clock::now());
  for (auto const& [to, message] : outcome.texts)
    if (auto const socket = sockets_.find(to); socket != sockets_.end()) socket->second->send(message);
  if (!outcome.close.empty()) sockets_.at(from)->close(outcome.close);
}

void Signalling::closed(Link link) {
  swarms_.closed(link);
  auto const socket = sockets_.find(link);
  auto const address = of_address_.find(http::network_of(socket->second->client_address()));
  if (--address->second == 0) of_address_.erase(address);
  sockets_.erase(socket);
}

void signalling(App& app, http::Exchange& exchange) {
  exchange.upgrade([&app](auto socket) { app.signalling->take(std::move(socket)); });
}

}  // namespace api
