// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/without_cues.hpp"

#include "hls/matroska_segment.hpp"

#include <algorithm>
#include <vector>

namespace hls {
namespace {

class Masked final : public ByteSource {
 public:
  Masked(std::shared_ptr<ByteSource> source, std::vector<std::int64_t> cues)
      : source_(std::move(source)), cues_(std::move(cues)) {}

  [[nodiscard]] std::int64_t size() const override { return source_->size(); }
  std::size_t read(std::int64_t offset, std::span<std::byte> into) override {
    auto const got = source_->read(offset, into);
    // An element that no reader knows is jumped over (RFC 8794 6.1).
    constexpr std::int64_t last = 3;
    for (auto const position : cues_)
      if (auto const at = position + last - offset; at >= 0 && at < static_cast<std::int64_t>(got))
        into[static_cast<std::size_t>(at)] ^= std::byte{1};
    return got;
  }
  void cancel() override { source_->cancel(); }
  void uncancel() override { source_->uncancel(); }

 private:
  std::shared_ptr<ByteSource> const source_;
  std::vector<std::int64_t> const cues_;
};

}  // namespace

std::shared_ptr<ByteSource> without_cues(std::shared_ptr<ByteSource> source) {
  auto cues = read_segment(*source).all_cues;
  if (cues.empty()) return source;
  return std::make_shared<Masked>(std::move(source), std::move(cues));
}

}  // namespace hls
