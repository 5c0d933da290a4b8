// SPDX-License-Identifier: LGPL-2.1-or-later
// TCP servers of the tests whose protocol is written by hand: one thread, no blocking.
#pragma once

#include "support/loopback.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace support {

/// One connection. All calls come on the thread of its Lines.
class Line {
 public:
  using Time = std::chrono::steady_clock::time_point;
  virtual ~Line() = default;
  /// Takes what it understands from the front of what came. False: hang up.
  virtual bool receive(std::string& bytes) = 0;
  /// Puts more behind `out` if it has more to say; after receive() and whenever `out` has shrunk. False: hang up when
  /// all is sent.
  virtual bool send(std::string& out) = 0;
  /// When send() is to be asked though nothing happened.
  [[nodiscard]] virtual std::optional<Time> due() const { return std::nullopt; }
};

/// Listens on an address of its own until it goes.
class Lines {
 public:
  explicit Lines(std::function<std::unique_ptr<Line>()> accept);
  Lines(Lines const&) = delete;
  Lines& operator=(Lines const&) = delete;
  ~Lines();

  [[nodiscard]] Endpoint endpoint() const { return at_; }
  /// All lines are asked whether they have something to say. Thread-safe.
  void wake() const;

 private:
  void run();

  std::function<std::unique_ptr<Line>()> accept_;
  Fd listener_;
  Endpoint at_;
  Fd wake_;
  std::atomic<bool> quit_ = false;
  std::thread thread_;
};

}  // namespace support
