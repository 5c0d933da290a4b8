// SPDX-License-Identifier: LGPL-2.1-or-later
#include "search_target.hpp"

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* bytes, std::size_t size) {
  fuzz::search({bytes, size});
  return 0;
}
