// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "http/source.hpp"
#include "http/websocket.hpp"
#include "tracker/swarms.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace api {

/// The tracker of browsers: its sockets, and the clock. Thread-bound to the loop.
class Signalling {
 public:
  explicit Signalling(tracker::Swarms::Limits const& limits = {});
  void take(std::unique_ptr<http::WebSocket> socket);
  [[nodiscard]] tracker::Swarms::Figures figures() const { return swarms_.figures(); }

 private:
  using Link = tracker::Swarms::Link;
  void received(Link from, std::string_view text);
  void closed(Link link);

  tracker::Swarms swarms_;
  std::map<Link, std::unique_ptr<http::WebSocket>> sockets_;
  std::map<std::string, int> of_address_;
  Link last_ = 0;
  http::Source expiry_;
};

}  // namespace api
