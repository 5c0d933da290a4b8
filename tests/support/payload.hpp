// SPDX-License-Identifier: LGPL-2.1-or-later
// Bytes to share: pseudo-random ones that anyone can make again from a seed and an offset, or those of a file.
#pragma once

#include "swarm/types.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace support {

inline constexpr std::int64_t KiB = 1024;
inline constexpr std::int64_t MiB = 1024 * KiB;

/// Endless bytes that depend on (seed, offset) alone. A value; reentrant.
class Payload {
 public:
  explicit Payload(std::uint64_t seed = 1) : seed_(seed) {}

  void fill(std::int64_t offset, std::span<std::byte> into) const;
  [[nodiscard]] std::string bytes(std::int64_t offset, std::size_t size) const;
  /// Offset in `got` of the first byte that is not the payload's at `offset`; nullopt if all are.
  [[nodiscard]] std::optional<std::size_t> first_difference(std::int64_t offset, std::span<std::byte const> got) const;
  [[nodiscard]] bool matches(std::int64_t offset, std::span<std::byte const> got) const {
    return !first_difference(offset, got);
  }
  [[nodiscard]] bool matches(std::int64_t offset, std::string_view got) const {
    return matches(offset, std::as_bytes(std::span(got.data(), got.size())));
  }
  /// Writes the first `size` bytes to a file, with its folders.
  void write(std::filesystem::path const& path, std::int64_t size) const;

 private:
  std::uint64_t seed_;
};

/// One file to share. `read` fills the span with the bytes at the offset; reentrant, any thread.
struct Content {
  std::string path;  ///< relative to the torrent's folder; ignored in a torrent of one file
  std::int64_t size = 0;
  std::function<void(std::int64_t offset, std::span<std::byte> into)> read;

  [[nodiscard]] std::string bytes(std::int64_t offset, std::size_t count) const;
  [[nodiscard]] std::string bytes(swarm::ByteRange range) const {
    return bytes(range.begin, static_cast<std::size_t>(range.size()));
  }
  [[nodiscard]] std::string bytes() const { return bytes(0, static_cast<std::size_t>(size)); }
};

Content payload_file(std::string path, std::int64_t size, std::uint64_t seed = 1);
/// A file of this machine, read when asked for.
Content disk_file(std::string path, std::filesystem::path const& on_disk);
Content text_file(std::string path, std::string content);
/// A file or all files below a folder (sorted), as `path` inside that folder.
std::vector<Content> disk_files(std::filesystem::path const& file_or_folder);

/// Writes them below `folder`.
void write_files(std::filesystem::path const& folder, std::vector<Content> const& files);

}  // namespace support
