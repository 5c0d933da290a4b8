// SPDX-License-Identifier: LGPL-2.1-or-later
// A source whose reads can be ended without ending those of others that share it.
#pragma once

#include "hls/byte_src.hpp"

#include <memory>

namespace hls {

/// As Demuxer::cancel() wants it: cancel() ends the read that goes on, or the next one, with Cancelled; the one after
/// that reads again.
class GatedSource final : public ByteSource {
 public:
  explicit GatedSource(std::shared_ptr<ByteSource> source) : gate_(std::move(source)) {}

  [[nodiscard]] std::int64_t size() const override { return gate_.size(); }
  std::size_t read(std::int64_t offset, std::span<std::byte> into) override;
  void cancel() override { gate_.cancel(); }
  void uncancel() override { gate_.uncancel(); }

  /// Throws Cancelled after cancel(), once.
  void pass();

 private:
  ByteGate gate_;
};

}  // namespace hls
