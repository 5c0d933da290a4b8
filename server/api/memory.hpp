// SPDX-License-Identifier: LGPL-2.1-or-later
#pragma once

#include <cstdint>

namespace api {

/// Of this process, in bytes.
struct Memory {
  std::int64_t resident = 0;
  std::int64_t anonymous = 0;  ///< the part of it that is no file's
};
Memory memory();

}  // namespace api
