// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/search.hpp"

#include "hls/cursor.hpp"

#include <algorithm>

namespace hls {
namespace {

constexpr std::int64_t chunk = 256 * 1024;
constexpr int most_candidates = 1000;

std::vector<std::byte> chunk_at(ByteSource& source, std::int64_t at, std::int64_t to, std::string_view pattern) {
  auto const overlap = static_cast<std::int64_t>(pattern.size()) - 1;
  return read_bytes(source, at, static_cast<std::size_t>(std::min(chunk, to - at) + overlap));
}

std::string_view text_of(std::vector<std::byte> const& bytes) {
  return {reinterpret_cast<char const*>(bytes.data()), bytes.size()};
}

}  // namespace

std::optional<std::int64_t> find_first(ByteSource& source, std::int64_t from, std::int64_t to, std::string_view pattern,
                                       Accept const& accept) {
  int candidates = 0;
  to = std::min(to, source.size());
  for (auto at = std::max<std::int64_t>(from, 0); at < to; at += chunk) {
    auto const bytes = chunk_at(source, at, to, pattern);
    auto const text = text_of(bytes);
    for (auto found = text.find(pattern); found != text.npos; found = text.find(pattern, found + 1)) {
      if (++candidates > most_candidates) return std::nullopt;
      if (accept(at + static_cast<std::int64_t>(found))) return at + static_cast<std::int64_t>(found);
    }
  }
  return std::nullopt;
}

std::optional<std::int64_t> find_last(ByteSource& source, std::int64_t from, std::int64_t to, std::string_view pattern,
                                      Accept const& accept) {
  int candidates = 0;
  from = std::max<std::int64_t>(from, 0);
  to = std::min(to, source.size());
  for (auto end = to; end > from;) {
    auto const at = std::max(from, end - chunk);
    auto const bytes = chunk_at(source, at, end, pattern);
    auto const text = text_of(bytes);
    for (auto found = text.rfind(pattern); found != text.npos; found = text.rfind(pattern, found - 1)) {
      if (++candidates > most_candidates) return std::nullopt;
      if (accept(at + static_cast<std::int64_t>(found))) return at + static_cast<std::int64_t>(found);
      if (found == 0) break;
    }
    end = at;
  }
  return std::nullopt;
}

}  // namespace hls
