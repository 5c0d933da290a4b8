// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/ebml.hpp"

#include <algorithm>
#include <bit>

namespace hls {
namespace {

/// How many bytes a number has whose first one this is; 0 = more than 8.
int length_of(std::uint8_t first) { return first == 0 ? 0 : std::countl_zero(first) + 1; }

}  // namespace

std::optional<std::uint64_t> variable_number(Cursor& at) {
  auto const first = at.peek(1);
  if (first.empty()) return std::nullopt;
  auto const length = length_of(static_cast<std::uint8_t>(first[0]));
  if (length == 0 || at.left() < length) return std::nullopt;
  auto const raw = at.big(static_cast<std::size_t>(length));
  return raw & ((UINT64_C(1) << (7 * length)) - 1);
}

std::optional<Element> next_element(Cursor& at) {
  Element element;
  element.start = at.position();
  auto const first = at.peek(1);
  if (first.empty()) return std::nullopt;
  auto const id_length = length_of(static_cast<std::uint8_t>(first[0]));
  if (id_length == 0 || id_length > 4 || at.left() < id_length + 1) return std::nullopt;
  element.id = static_cast<std::uint32_t>(at.big(static_cast<std::size_t>(id_length)));
  auto const before = at.position();
  auto const size = variable_number(at);
  if (!size) return std::nullopt;
  element.begin = at.position();
  auto const bits = 7 * (element.begin - before);
  element.unknown_size = *size == (UINT64_C(1) << bits) - 1;
  auto const room = static_cast<std::uint64_t>(at.left());
  element.end = element.begin + static_cast<std::int64_t>(element.unknown_size ? room : std::min(*size, room));
  return element;
}

std::uint64_t unsigned_of(Cursor& at, Element const& element) {
  auto const size = element.end - element.begin;
  if (size > 8) throw Truncated();
  return at.big(static_cast<std::size_t>(size));
}

double float_of(Cursor& at, Element const& element) {
  auto const size = element.end - element.begin;
  if (size == 4) return std::bit_cast<float>(at.be32());
  if (size == 8) return std::bit_cast<double>(at.be64());
  return 0;
}

}  // namespace hls
