// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "cache/verdicts.hpp"
#include "swarm/reader.hpp"

#include <atomic>
#include <string>

namespace api {

/// A Reader over a file of this machine that is not the swarm's. It is opened by the first read, and must be the one
/// that was looked at: then, and as long as it is read.
class DiskReader final : public swarm::Reader {
 public:
  DiskReader(std::string path, cache::Identity const& identity, int file);
  ~DiskReader() override;

  /// Throw Error(disk).
  Result read(std::span<std::byte> into) override;
  Result try_read(std::span<std::byte> into) override { return read(into); }
  void on_wake(std::function<void()>) override {}  // it never says `again`
  void seek(std::int64_t position) override { position_ = position; }
  [[nodiscard]] std::int64_t position() const override { return position_; }
  void set_end(std::optional<std::int64_t>) override {}
  [[nodiscard]] std::optional<std::int64_t> size() const override { return identity_.size; }
  [[nodiscard]] std::optional<int> file() const override { return file_; }
  [[nodiscard]] std::vector<swarm::ByteRange> available() const override { return {{0, identity_.size}}; }
  void cancel() override { cancelled_ = true; }
  void uncancel() override { cancelled_ = false; }

 private:
  std::string const path_;
  cache::Identity const identity_;
  int const file_;
  int fd_ = -1;
  std::atomic<std::int64_t> position_ = 0;
  std::atomic<bool> cancelled_ = false;
};

}  // namespace api
