// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/prefetch.hpp"

#include "swarm/catalog.hpp"

#include <glib.h>

namespace api {
namespace {

/// Takes a run of digits, without the zeros that it begins with.
std::string_view number(std::string_view& text) {
  while (!text.empty() && text.front() == '0') text.remove_prefix(1);
  std::size_t length = 0;
  while (length < text.size() && g_ascii_isdigit(text[length])) ++length;
  auto const digits = text.substr(0, length);
  text.remove_prefix(length);
  return digits;
}

/// Smaller than this share of the other it is a sample or a trailer.
constexpr std::int64_t sample_share = 4;

}  // namespace

bool natural_less(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    if (g_ascii_isdigit(a.front()) && g_ascii_isdigit(b.front())) {
      auto const x = number(a), y = number(b);
      if (x.size() != y.size()) return x.size() < y.size();
      if (x != y) return x < y;
      continue;
    }
    auto const x = g_ascii_tolower(a.front()), y = g_ascii_tolower(b.front());
    if (x != y) return static_cast<unsigned char>(x) < static_cast<unsigned char>(y);
    a.remove_prefix(1);
    b.remove_prefix(1);
  }
  return a.empty() && !b.empty();
}

std::optional<int> next_part(swarm::Layout const& layout, int file) {
  auto const& present = layout.file(file);
  auto const kind = swarm::media_kind(present.path);
  if (kind != swarm::MediaKind::video && kind != swarm::MediaKind::audio) return {};
  std::optional<int> next;
  for (int i = 0; i < layout.file_count(); ++i) {
    auto const& other = layout.file(i);
    if (other.padding || swarm::media_kind(other.path) != kind || other.size < present.size / sample_share) continue;
    if (!natural_less(present.path, other.path)) continue;
    if (!next || natural_less(other.path, layout.file(*next).path)) next = i;
  }
  return next;
}

bool nearly_seen(std::int64_t position, std::int64_t size) { return position >= size - size / 5; }

}  // namespace api
