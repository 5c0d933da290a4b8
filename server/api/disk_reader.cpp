// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/disk_reader.hpp"

#include "swarm/catalog.hpp"
#include "swarm/error.hpp"

#include <algorithm>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace api {

DiskReader::DiskReader(std::string path, cache::Identity const& identity, int file)
    : path_(std::move(path)), identity_(identity), file_(file) {}

DiskReader::~DiskReader() {
  if (fd_ >= 0) close(fd_);
}

swarm::Reader::Result DiskReader::read(std::span<std::byte> into) {
  if (cancelled_) return {Outcome::cancelled};
  auto const position = position_.load();
  if (position >= identity_.size || into.empty()) return {Outcome::end};
  if (fd_ < 0) fd_ = ::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  struct stat at {};
  bool const same = fd_ >= 0 && fstat(fd_, &at) == 0 && cache::identity_of(at) == identity_;
  auto const most = std::min<std::int64_t>(static_cast<std::int64_t>(into.size()), identity_.size - position);
  auto const got = same ? pread(fd_, into.data(), static_cast<std::size_t>(most), position) : -1;
  if (got <= 0)
    throw swarm::Error(swarm::Errc::disk, "The file that stands for this torrent was changed or can't be read: " +
                                              std::string(swarm::file_name(path_)) + ".");
  position_ = position + got;
  return {Outcome::bytes, static_cast<std::size_t>(got)};
}

}  // namespace api
