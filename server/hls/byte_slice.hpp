// SPDX-License-Identifier: LGPL-2.1-or-later
// A stretch of a file as a file of its own.
#pragma once

#include "hls/byte_source.hpp"

#include <memory>
#include <vector>

namespace hls {

/// `head`, then bytes [begin, end) of another source.
class ByteSlice final : public ByteSource {
 public:
  /// Many slices of a film share it. nullptr: none.
  using Head = std::shared_ptr<std::vector<std::byte> const>;
  ByteSlice(std::shared_ptr<ByteSource> source, std::int64_t begin, std::int64_t end, Head head);

  [[nodiscard]] std::int64_t size() const override;
  std::size_t read(std::int64_t offset, std::span<std::byte> into) override;
  void cancel() override { source_->cancel(); }
  void uncancel() override { source_->uncancel(); }

 private:
  std::shared_ptr<ByteSource> const source_;
  std::int64_t const begin_, end_;
  Head const head_;
};

}  // namespace hls
