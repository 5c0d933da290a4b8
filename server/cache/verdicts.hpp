// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <sys/stat.h>
#include <utility>

namespace cache {

/// A file with the same content as before, by all that its folder tells.
struct Identity {
  std::uint64_t device = 0, inode = 0;
  std::int64_t size = 0, modified = 0;  ///< bytes; ns since 1970
  auto operator<=>(Identity const&) const = default;
  /// For an ETag, or another name of this content.
  [[nodiscard]] std::string text() const;
};

Identity identity_of(struct stat const& found);

enum class Verdict { unknown, right, wrong };

/// Which files were found to be what their name says, by the hashes of the torrent; kept in a file, since finding out
/// reads all of theirs.
class Verdicts {
 public:
  /// `path` empty: not kept.
  explicit Verdicts(std::string path);

  [[nodiscard]] Verdict of(std::string const& info_hash, Identity const& identity) const;
  void remember(std::string const& info_hash, Identity const& identity, Verdict verdict);

 private:
  void write() const;
  std::string path_;
  std::map<std::pair<std::string, Identity>, Verdict> known_;
};

}  // namespace cache
