// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "support/loopback.hpp"

#include <chrono>
#include <cstdint>
#include <memory>

namespace bench {

/// A UDP relay with a rate, a delay and a queue that overflows: what a support::Link is for TCP, beside it on the same
/// address and port. Runs on a thread of its own; thread-safe.
class UtpLine {
 public:
  /// The rate, in bytes/s, is from the target to whoever talks to it.
  UtpLine(support::Endpoint const& at, support::Endpoint const& target, std::int64_t rate,
          std::chrono::milliseconds delay);
  ~UtpLine();

  /// Bytes that passed from the target.
  [[nodiscard]] std::int64_t bytes_down() const;

 private:
  class Relay;
  std::unique_ptr<Relay> relay_;
};

}  // namespace bench
