// SPDX-License-Identifier: LGPL-2.1-or-later
// A ByteSource over a file, with a hole that nobody fills.
#pragma once

#include "hls/byte_source.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <limits>
#include <mutex>
#include <span>

namespace hls_test {

/// Reads that touch a byte of the hole wait until cancelled; `fail` is called before each read and may throw.
class FileSource final : public hls::ByteSource {
 public:
  explicit FileSource(std::filesystem::path const& path);
  ~FileSource() override;

  [[nodiscard]] std::int64_t size() const override { return size_; }
  std::size_t read(std::int64_t offset, std::span<std::byte> into) override;
  void cancel() override;
  void uncancel() override;

  void set_hole(std::int64_t from, std::int64_t to = std::numeric_limits<std::int64_t>::max());
  /// Waits until a read waits in the hole; false: it took too long.
  bool wait_blocked();

  std::atomic<std::int64_t> bytes_read = 0;
  std::atomic<int> reads = 0;
  std::function<void(std::int64_t offset)> fail;

 private:
  int fd_;
  std::int64_t size_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool cancelled_ = false;
  bool blocked_ = false;
  std::int64_t hole_ = std::numeric_limits<std::int64_t>::max(), hole_end_ = hole_;
};

}  // namespace hls_test
