// SPDX-License-Identifier: LGPL-2.1-or-later
// The film's bytes, from wherever they come: a Reader on a swarm, a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>

namespace hls {

/// Somebody called cancel().
struct Cancelled : std::runtime_error {
  Cancelled() : std::runtime_error("cancelled") {}
};

/// Random access to one file. One thread at a time reads; cancel and uncancel are thread-safe.
class ByteSource {
 public:
  ByteSource() = default;
  ByteSource(ByteSource const&) = delete;
  ByteSource& operator=(ByteSource const&) = delete;
  virtual ~ByteSource() = default;

  /// Bytes; >= 0.
  [[nodiscard]] virtual std::int64_t size() const = 0;
  /// Fills all of `into` but for what is beyond the end; gives how much. May wait for the swarm.
  /// Throws Cancelled; swarm::Error as Reader::read().
  virtual std::size_t read(std::int64_t offset, std::span<std::byte> into) = 0;
  /// Ends a read that waits (in < 10 ms) and all later ones with Cancelled, until uncancel().
  virtual void cancel() = 0;
  virtual void uncancel() = 0;
};

}  // namespace hls
