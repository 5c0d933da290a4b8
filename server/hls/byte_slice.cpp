// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/byte_slice.hpp"

#include <algorithm>
#include <utility>

namespace hls {

ByteSlice::ByteSlice(std::shared_ptr<ByteSource> source, std::int64_t begin, std::int64_t end, Head head)
    : source_(std::move(source)),
      begin_(begin),
      end_(std::min(end, source_->size())),
      head_(head ? std::move(head) : std::make_shared<std::vector<std::byte> const>()) {}

std::int64_t ByteSlice::size() const {
  return static_cast<std::int64_t>(head_->size()) + std::max<std::int64_t>(end_ - begin_, 0);
}

std::size_t ByteSlice::read(std::int64_t offset, std::span<std::byte> into) {
  into = into.first(
      static_cast<std::size_t>(std::clamp<std::int64_t>(size() - offset, 0, static_cast<std::int64_t>(into.size()))));
  auto const ahead = static_cast<std::int64_t>(head_->size());
  std::size_t own = 0;
  if (offset < ahead) {
    own = std::min(into.size(), static_cast<std::size_t>(ahead - offset));
    std::copy_n(head_->begin() + offset, own, into.begin());
  }
  if (own == into.size()) return own;
  return own + source_->read(begin_ + std::max<std::int64_t>(offset - ahead, 0), into.subspan(own));
}

}  // namespace hls
