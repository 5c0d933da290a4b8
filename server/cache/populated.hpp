// SPDX-License-Identifier: LGPL-2.1-or-later
// Files that somebody put into a folder to be served without a swarm: each names its torrent by an info hash in its
// file name. Nothing is ever written or deleted there.
#pragma once

#include "cache/populated_folder.hpp"
#include "cache/verdicts.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cache {

/// Info hashes in a file's name, as swarm::InfoHash::key() writes them: 40 or 64 hex digits that are no part of a
/// longer number, 32 base32 characters that are no part of a longer word. Pure.
std::vector<std::string> hashes_in(std::string_view file_name);

struct PopulatedFile {
  std::string info_hash;  ///< the one in its name
  std::string name, path;
  Identity identity;
  Verdict verdict = Verdict::unknown;
};

/// Thread-safe; every function but the constructor may use the disk, and waits seconds for a folder that does not
/// answer (it is left out then).
class Populated {
 public:
  /// Anything smaller is no film, but a sample or a copy that broke off: 1 MB, 10^6 bytes.
  static constexpr std::int64_t least_bytes = 1'000'000;
  /// So long nobody must have written to it: it may still be on its way.
  static constexpr std::chrono::seconds settle_time{2};

  Populated(std::vector<std::string> folders, Verdicts verdicts);

  struct Found {
    std::vector<PopulatedFile> files;  ///< verified ones first, then by size; wrong ones last
    bool settling = false;             ///< there is one that was written to a moment ago
  };
  /// Of any of the hashes. What was put there a moment ago is found, too.
  [[nodiscard]] Found find(std::vector<std::string> const& info_hashes);
  /// In the same order.
  [[nodiscard]] std::vector<PopulatedFile> all();
  void judge(PopulatedFile const& file, Verdict verdict);

 private:
  [[nodiscard]] Found find(std::vector<std::string> const& info_hashes, std::chrono::milliseconds patience);
  [[nodiscard]] Found look(std::vector<std::string> const& info_hashes, std::chrono::milliseconds patience);

  std::mutex mutex_;
  Verdicts verdicts_;
  std::vector<std::unique_ptr<PopulatedFolder>> folders_;
};

}  // namespace cache
