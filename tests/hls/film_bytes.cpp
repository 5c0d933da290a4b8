// SPDX-License-Identifier: LGPL-2.1-or-later
#include "film_bytes.hpp"

#include <algorithm>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace support {

FilmBytes::FilmBytes(std::filesystem::path const& path) : file_(open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
  if (file_ < 0) throw std::system_error(errno, std::generic_category(), path.string());
  size_ = static_cast<std::int64_t>(std::filesystem::file_size(path));
}

FilmBytes::~FilmBytes() {
  if (file_ >= 0) close(file_);
}

std::int64_t FilmBytes::size() const { return file_ < 0 ? static_cast<std::int64_t>(bytes_.size()) : size_; }

std::size_t FilmBytes::read(std::int64_t offset, std::span<std::byte> into) {
  if (cancelled_) throw hls::Cancelled();
  if (offset < 0) throw std::logic_error("a read before the begin");
  auto const left = std::max<std::int64_t>(size() - offset, 0);
  auto const count = static_cast<std::size_t>(std::min<std::int64_t>(left, static_cast<std::int64_t>(into.size())));
  if (count == 0) return 0;
  ++reads_;
  read_ += static_cast<std::int64_t>(count);
  for (auto block = offset / 16384; block <= (offset + static_cast<std::int64_t>(count) - 1) / 16384; ++block)
    blocks_.insert(block);
  if (file_ < 0)
    std::memcpy(into.data(), bytes_.data() + offset, count);
  else if (pread(file_, into.data(), count, offset) != static_cast<ssize_t>(count))
    throw std::runtime_error("a short read");
  return count;
}

std::vector<std::byte> bytes_of(std::filesystem::path const& path) {
  FilmBytes film(path);
  std::vector<std::byte> bytes(static_cast<std::size_t>(film.size()));
  film.read(0, bytes);
  return bytes;
}

}  // namespace support
