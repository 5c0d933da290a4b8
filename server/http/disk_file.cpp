// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/disk_file.hpp"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

namespace http {

std::unique_ptr<DiskFile> DiskFile::open(OnDisk const& place, std::int64_t end) {
  // A link in the place of the file would lead out of the torrent's folder; a pipe would wait for a writer.
  int const fd = ::open(place.path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return nullptr;
  std::unique_ptr<DiskFile> made(new DiskFile(fd, end, place.whole));
  struct stat now {};
  if (fstat(fd, &now) != 0 || !S_ISREG(now.st_mode) || now.st_size < end) return nullptr;
  made->size_ = now.st_size;
  made->modified_ = now.st_mtim;
  return made;
}

DiskFile::~DiskFile() { close(fd_); }

bool DiskFile::same() const {
  struct stat now {};
  if (fstat(fd_, &now) != 0 || now.st_size < end_) return false;
  return !whole_ ||
         (now.st_size == size_ && now.st_mtim.tv_sec == modified_.tv_sec && now.st_mtim.tv_nsec == modified_.tv_nsec);
}

void DiskFile::prefetch(swarm::ByteRange range) const {
  // If its last byte is in memory, most likely all of it is.
  char byte = 0;
  iovec into{&byte, 1};
  if (preadv2(fd_, &into, 1, range.end - 1, RWF_NOWAIT) == 1) return;
  posix_fadvise(fd_, range.begin, range.size(), POSIX_FADV_WILLNEED);
}

ssize_t DiskFile::send(int socket, std::int64_t& at, std::size_t most) const {
  off_t offset = at;
  auto const sent = sendfile(socket, fd_, &offset, most);
  at = offset;
  return sent;
}

}  // namespace http
