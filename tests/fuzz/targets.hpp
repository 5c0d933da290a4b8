// SPDX-License-Identifier: LGPL-2.1-or-later
// What is fed with strangers' bytes, and what must hold whatever they are. Each aborts if it does not.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace fuzz {

using Bytes = std::span<std::uint8_t const>;

/// Locator::parse
void locator(Bytes bytes);
/// Locator::from_metainfo, make_metadata
void metainfo(Bytes bytes);

}  // namespace fuzz
