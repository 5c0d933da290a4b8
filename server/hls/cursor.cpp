// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/cursor.hpp"

#include <algorithm>

namespace hls {

Cursor::Cursor(ByteSource& source, std::int64_t begin, std::int64_t end, std::size_t window)
    : source_(&source), position_(0), end_(std::clamp<std::int64_t>(end, 0, source.size())), window_(window) {
  seek(begin);
}

void Cursor::seek(std::int64_t position) { position_ = std::clamp<std::int64_t>(position, 0, end_); }

void Cursor::skip(std::int64_t bytes) { seek(bytes > left() ? end_ : position_ + std::max<std::int64_t>(bytes, 0)); }

std::span<std::byte const> Cursor::peek(std::size_t count) {
  count = static_cast<std::size_t>(std::min<std::int64_t>(static_cast<std::int64_t>(count), left()));
  auto const inside = position_ - buffer_at_;
  if (inside < 0 || inside + static_cast<std::int64_t>(count) > static_cast<std::int64_t>(buffer_.size())) {
    auto const wanted = std::max(count, window_);
    buffer_.resize(static_cast<std::size_t>(std::min<std::int64_t>(static_cast<std::int64_t>(wanted), left())));
    buffer_at_ = position_;
    buffer_.resize(buffer_.empty() ? 0 : source_->read(position_, buffer_));
    return std::span<std::byte const>(buffer_).first(std::min(count, buffer_.size()));
  }
  return std::span<std::byte const>(buffer_).subspan(static_cast<std::size_t>(inside), count);
}

std::span<std::byte const> Cursor::need(std::size_t count) {
  auto const bytes = peek(count);
  if (bytes.size() < count) throw Truncated();
  position_ += static_cast<std::int64_t>(count);
  return bytes;
}

std::uint64_t Cursor::big(std::size_t bytes) {
  std::uint64_t value = 0;
  for (auto const byte : need(bytes)) value = value << 8 | static_cast<std::uint8_t>(byte);
  return value;
}

std::uint64_t Cursor::little(std::size_t bytes) {
  std::uint64_t value = 0;
  std::size_t shift = 0;
  for (auto const byte : need(bytes)) {
    value |= static_cast<std::uint64_t>(byte) << shift;
    shift += 8;
  }
  return value;
}

std::string Cursor::text(std::size_t bytes) {
  auto const read = need(bytes);
  return {reinterpret_cast<char const*>(read.data()), read.size()};
}

std::vector<std::byte> read_bytes(ByteSource& source, std::int64_t offset, std::size_t bytes) {
  auto const left = std::max<std::int64_t>(source.size() - offset, 0);
  std::vector<std::byte> result(
      static_cast<std::size_t>(std::min<std::int64_t>(static_cast<std::int64_t>(bytes), left)));
  if (!result.empty()) result.resize(source.read(offset, result));
  return result;
}

}  // namespace hls
