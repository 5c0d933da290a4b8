// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "http/loop_thread.hpp"
#include "http/websocket.hpp"
#include "tracker/swarms.hpp"

#include <memory>

namespace api {

/// The tracker of browsers. Thousands may announce themselves at the same moment: it has a thread of its own, so that
/// nobody but them waits for that. Thread-bound to the loop.
class Signalling {
 public:
  explicit Signalling(std::shared_ptr<http::Loop> loop, tracker::Swarms::Limits const& limits = {});
  ~Signalling();
  Signalling(Signalling const&) = delete;
  Signalling& operator=(Signalling const&) = delete;

  void take(std::unique_ptr<http::WebSocket> socket);
  [[nodiscard]] tracker::Swarms::Figures figures() const;

 private:
  class Room;
  std::shared_ptr<http::Loop> const loop_;
  http::LoopThread thread_;
  std::shared_ptr<Room> room_;  ///< is on the thread
};

}  // namespace api
