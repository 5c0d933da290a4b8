// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/gated_source.hpp"

namespace hls {

std::size_t GatedSource::read(std::int64_t offset, std::span<std::byte> into) {
  auto const got = gate_.read(offset, into);
  if (auto const failure = gate_.take_failure()) std::rethrow_exception(failure);
  if (!got) pass();
  return got.value_or(0);
}

void GatedSource::pass() {
  if (!gate_.cancelled()) return;
  gate_.uncancel();
  throw Cancelled();
}

}  // namespace hls
