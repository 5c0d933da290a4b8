// SPDX-License-Identifier: LGPL-2.1-or-later
// A stretch of a transport stream as tsdemux can't misunderstand it.
#pragma once

#include "hls/byte_source.hpp"
#include "hls/ts_program.hpp"

#include <memory>
#include <vector>

namespace hls {

/// tsdemux guesses where the clock goes on behind a gap, and forgets the program with a table that is damaged. So all
/// clock references say the same, and no tables come but those at the begin: time stamps, which are true, are reckoned
/// from one time.
class TsSlice final : public ByteSource {
 public:
  /// `slice` begins with so many bytes of `tables`. `clock`: 90 kHz.
  TsSlice(std::shared_ptr<ByteSource> slice, TsStride const& stride, TsProgram const& program, std::int64_t tables,
          std::int64_t clock);

  [[nodiscard]] std::int64_t size() const override { return slice_->size(); }
  std::size_t read(std::int64_t offset, std::span<std::byte> into) override;
  void cancel() override { slice_->cancel(); }
  void uncancel() override { slice_->uncancel(); }

 private:
  void load(std::int64_t begin);
  void calm(std::span<std::byte> packet) const;

  std::shared_ptr<ByteSource> const slice_;
  std::size_t const stride_;
  int const map_, clock_pid_;
  std::int64_t const tables_, clock_;
  std::int64_t window_ = -1;  // where it begins
  std::vector<std::byte> bytes_;
};

}  // namespace hls
