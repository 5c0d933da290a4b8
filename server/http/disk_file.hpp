// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include "swarm/types.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <sys/types.h>
#include <time.h>

namespace http {

/// Where on disk the bytes of a stream are, for good.
struct OnDisk {
  std::string path;
  bool whole = false;  ///< all of the file: nobody has a reason to write to it
};

/// A file that is there up to some byte, open for reading. Thread-bound, but may go from one thread to another. Every
/// function touches the disk.
class DiskFile {
 public:
  /// Null if it can't be opened, is no plain file, or ends before `end`.
  static std::unique_ptr<DiskFile> open(OnDisk const& place, std::int64_t end);
  DiskFile(DiskFile const&) = delete;
  DiskFile& operator=(DiskFile const&) = delete;
  ~DiskFile();

  /// Long enough still, and if it was whole, not changed since it was opened.
  [[nodiscard]] bool same() const;
  /// Has bytes that are not in memory fetched, without waiting for them.
  void prefetch(swarm::ByteRange range) const;
  /// As much as the socket takes, at most `most`; sendfile's result and errno.
  ssize_t send(int socket, std::int64_t& at, std::size_t most) const;

 private:
  DiskFile(int fd, std::int64_t end, bool whole) : fd_(fd), end_(end), whole_(whole) {}

  int fd_;
  std::int64_t end_;
  bool whole_;
  std::int64_t size_ = 0;
  timespec modified_{};
};

}  // namespace http
