// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace support {

/// A fresh folder under $TMPDIR (else the system's), removed with all it holds at the end.
class TempDir {
 public:
  explicit TempDir(std::string_view prefix = "gst-torrent");
  TempDir(TempDir const&) = delete;
  TempDir& operator=(TempDir const&) = delete;
  ~TempDir();

  [[nodiscard]] std::filesystem::path const& path() const { return path_; }
  [[nodiscard]] std::string str() const { return path_.string(); }
  /// Path of an entry in it.
  [[nodiscard]] std::string operator/(std::string_view name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

/// The whole file; throws std::runtime_error that names it.
std::string read_file(std::filesystem::path const& path);
/// Writes the whole file, with its folders.
void write_file(std::filesystem::path const& path, std::string_view content);

}  // namespace support
