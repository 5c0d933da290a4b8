// SPDX-License-Identifier: LGPL-2.1-or-later
// A Reader on a swarm as a ByteSource.
#pragma once

#include "hls/byte_source.hpp"
#include "swarm/reader.hpp"

#include <atomic>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <unordered_map>
#include <vector>

namespace hls {

/// Keeps the last few MB: index and demuxer read the same places, and neighbouring segments share a GOP. Keeps account
/// of what was read, since what is made from bytes that are not verified yet must not be kept (decisions.md 8).
class ReaderSource final : public ByteSource {
 public:
  /// The reader's size has to be known. `on_wait` is called when a read begins to wait for the swarm, on the thread
  /// that reads.
  explicit ReaderSource(std::unique_ptr<swarm::Reader> reader, std::function<void()> on_wait = {});

  [[nodiscard]] std::int64_t size() const override { return size_; }
  std::size_t read(std::int64_t offset, std::span<std::byte> into) override;
  void cancel() override;
  void uncancel() override;

  /// A read waits for the swarm. Thread-safe.
  [[nodiscard]] bool waits() const { return waits_; }
  /// Places in the file, sorted.
  using Account = std::vector<std::int64_t>;
  /// Of all that was read since the last call. Thread-safe: a demuxer may still read on when nobody wants more of it.
  [[nodiscard]] Account take_account();
  /// Is all of it here, and verified? Thread-safe.
  [[nodiscard]] bool available(swarm::ByteRange range) const;
  /// Has all of it been verified by now? Thread-safe.
  [[nodiscard]] bool verified(Account const& account) const;

 private:
  struct Block {
    std::int64_t index;
    std::vector<std::byte> bytes;
  };
  using Blocks = std::list<Block>;

  Block const& block(std::int64_t index);
  swarm::Reader::Result read(std::span<std::byte> into);
  void note(std::int64_t index);

  std::unique_ptr<swarm::Reader> const reader_;
  std::function<void()> const on_wait_;
  std::atomic<bool> waits_ = false;
  std::int64_t const size_;
  Blocks blocks_;  ///< the one used last first
  std::unordered_map<std::int64_t, Blocks::iterator> places_;
  std::mutex mutex_;
  Account account_;  ///< under mutex_: indexes of blocks
};

}  // namespace hls
