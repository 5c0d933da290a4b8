// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/file_source.hpp"

#include <chrono>
#include <fcntl.h>
#include <stdexcept>
#include <sys/stat.h>
#include <unistd.h>

namespace hls_test {

FileSource::FileSource(std::filesystem::path const& path) : fd_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  struct stat status {};
  if (fd_ < 0 || fstat(fd_, &status) != 0) throw std::runtime_error("no file " + path.string());
  size_ = status.st_size;
}

FileSource::~FileSource() { close(fd_); }

std::size_t FileSource::read(std::int64_t offset, std::span<std::byte> into) {
  if (fail) fail(offset);
  {
    std::unique_lock lock(mutex_);
    auto const open = [&] { return offset >= hole_end_ || offset + static_cast<std::int64_t>(into.size()) <= hole_; };
    if (!open()) {
      blocked_ = true;
      changed_.notify_all();
      changed_.wait(lock, [&] { return cancelled_ || open(); });
      blocked_ = false;
    }
    if (cancelled_) throw hls::Cancelled();
  }
  ++reads;
  std::size_t done = 0;
  while (done < into.size()) {
    auto const got = pread(fd_, into.data() + done, into.size() - done, offset + static_cast<off_t>(done));
    if (got <= 0) break;
    done += static_cast<std::size_t>(got);
  }
  bytes_read += static_cast<std::int64_t>(done);
  return done;
}

void FileSource::cancel() {
  std::lock_guard lock(mutex_);
  cancelled_ = true;
  changed_.notify_all();
}

void FileSource::uncancel() {
  std::lock_guard lock(mutex_);
  cancelled_ = false;
}

void FileSource::set_hole(std::int64_t from, std::int64_t to) {
  std::lock_guard lock(mutex_);
  hole_ = from;
  hole_end_ = to;
  changed_.notify_all();
}

bool FileSource::wait_blocked() {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, std::chrono::seconds(20), [&] { return blocked_; });
}

}  // namespace hls_test
