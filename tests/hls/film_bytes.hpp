// SPDX-License-Identifier: LGPL-2.1-or-later
// A ByteSource over memory or a file that counts what is read of it.
#pragma once

#include "hls/byte_source.hpp"

#include <filesystem>
#include <set>
#include <vector>

namespace support {

class FilmBytes : public hls::ByteSource {
 public:
  explicit FilmBytes(std::vector<std::byte> bytes) : bytes_(std::move(bytes)) {}
  explicit FilmBytes(std::filesystem::path const& path);
  ~FilmBytes() override;

  [[nodiscard]] std::int64_t size() const override;
  std::size_t read(std::int64_t offset, std::span<std::byte> into) override;
  void cancel() override { cancelled_ = true; }
  void uncancel() override { cancelled_ = false; }

  [[nodiscard]] std::int64_t bytes_read() const { return read_; }
  [[nodiscard]] int reads() const { return reads_; }
  /// Different blocks of 16 KiB that were touched: what a swarm has to give.
  [[nodiscard]] std::size_t blocks() const { return blocks_.size(); }

 private:
  std::vector<std::byte> bytes_;
  int file_ = -1;
  std::int64_t size_ = 0, read_ = 0;
  int reads_ = 0;
  bool cancelled_ = false;
  std::set<std::int64_t> blocks_;
};

[[nodiscard]] std::vector<std::byte> bytes_of(std::filesystem::path const& path);

}  // namespace support
