// SPDX-License-Identifier: LGPL-2.1-or-later
// Which pieces of a torrent are verified and on disk, kept across the death of the process.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace swarm {

class FileStorage;

/// An append-only file of fixed records. A piece is appended after its bytes were written (pwrite) and its hash
/// passed, and before anybody hears of it: what was ever shown as verified survives kill -9 without a re-hash.
///
/// The page cache outlives a process but not a power loss. So each opening notes the kernel's boot id, and each
/// `fdatasync` of the data is noted too: pieces of another boot that were not synced are not believed, and neither
/// are pieces of files that are shorter or older than they were, nor anything in a file with a broken checksum.
///
/// Thread-bound (its torrent's Serial); disk I/O.
class Journal {
 public:
  struct Loaded {
    std::vector<bool> have;  ///< by piece; empty if there is nothing to believe
    bool doubtful = false;   ///< there was something, but the files must be hashed to know
  };
  /// Names the time since the kernel started; empty if it can't be known.
  static std::string boot_id();
  /// Never throws: what can't be read is doubtful, what is not there is empty.
  static Loaded load(std::string const& path, FileStorage const& storage, std::string const& boot = boot_id());

  /// Goes on with the file, or starts it anew. Throws Error(permission, no_space, disk).
  Journal(std::string path, bool anew);
  ~Journal();
  Journal(Journal const&) = delete;
  Journal& operator=(Journal const&) = delete;

  /// `modified`: newest modification time (ns) of the files that the piece lies in. Throws as the constructor.
  void append(int piece, std::int64_t modified);
  /// The pieces are about to be deleted: also after a loss of power nobody believes in them.
  void erase(std::vector<int> const& pieces);
  /// All that was appended so far is safe from a power loss.
  void mark_synced();

 private:
  struct Record;
  void write(Record& record);
  void sync();

  std::string path_;
  int fd_ = -1;
};

}  // namespace swarm
