// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/matroska_blocks.hpp"

#include "hls/search.hpp"

#include <algorithm>
#include <utility>

namespace hls {
namespace {

constexpr std::int64_t latest = INT64_C(1) << 60;

/// RFC 9559 10: track, time relative to the cluster's, flags.
std::optional<MatroskaBlock> block_header(Cursor& at, std::int64_t cluster_time, std::int64_t cluster) {
  MatroskaBlock block;
  auto const track = variable_number(at);
  if (!track || at.left() < 3) return std::nullopt;
  block.track = *track;
  block.time = cluster_time + static_cast<std::int16_t>(at.be16());
  block.key = (at.u8() & 0x80) != 0;
  block.cluster = cluster;
  return block;
}

}  // namespace

/// Clusters and groups are entered, not nested: so it doesn't matter if their size is unknown.
void each_block(ByteSource& source, std::int64_t from, std::int64_t to,
                std::function<bool(MatroskaBlock const&)> const& visit) {
  Cursor at(source, from, to, Cursor::small);
  std::int64_t cluster = from, time = 0, group_end = 0;
  std::optional<MatroskaBlock> grouped;
  for (;;) {
    auto const start = at.position();
    auto const element = next_element(at);
    if (!element) {
      constexpr std::int64_t near = 8 * 1024 * 1024;
      auto const found = next_cluster(source, start + 1, std::min(start + near, to));
      if (!found) break;
      at.seek(*found);
      continue;
    }
    if (grouped && (element->start >= group_end || element->id == ebml::cluster)) {
      auto const whole = *std::exchange(grouped, std::nullopt);
      if (!visit(whole)) return;
    }
    switch (element->id) {
      case ebml::cluster:
        cluster = element->start;
        time = 0;
        continue;
      case ebml::block_group:
        group_end = element->end;
        continue;
      case ebml::timestamp:
        time = static_cast<std::int64_t>(std::min<std::uint64_t>(unsigned_of(at, *element), latest));
        break;
      case ebml::simple_block:
        if (auto const block = block_header(at, time, cluster); block && !visit(*block)) return;
        break;
      case ebml::block:
        grouped = block_header(at, time, cluster);
        if (grouped) grouped->key = true;
        break;
      case ebml::block_duration:
        if (grouped)
          grouped->duration = static_cast<std::int64_t>(std::min<std::uint64_t>(unsigned_of(at, *element), latest));
        break;
      case ebml::reference_block:
        if (grouped) grouped->key = false;
        break;
      default:
        break;
    }
    at.seek(element->end);
  }
  if (grouped) visit(*grouped);
}

std::optional<std::int64_t> next_cluster(ByteSource& source, std::int64_t from, std::int64_t to) {
  constexpr std::string_view id = "\x1F\x43\xB6\x75";
  return find_first(source, from, to, id, [&](std::int64_t position) { return is_cluster(source, position); });
}

std::optional<std::int64_t> cluster_time(ByteSource& source, std::int64_t position) {
  if (!is_cluster(source, position)) return std::nullopt;
  Cursor at(source, position, Cursor::to_end, Cursor::small);
  auto const cluster = *next_element(at);
  std::optional<std::int64_t> time;
  each_element(at, cluster, [&](Element const& child) {
    if (child.id == ebml::timestamp)
      time = static_cast<std::int64_t>(std::min<std::uint64_t>(unsigned_of(at, child), latest));
    return !time && child.id != ebml::simple_block && child.id != ebml::block_group;
  });
  return time;
}

bool is_cluster(ByteSource& source, std::int64_t position) {
  Cursor at(source, position, Cursor::to_end, Cursor::small);
  auto const cluster = next_element(at);
  if (!cluster || cluster->id != ebml::cluster) return false;
  auto const child = next_element(at);
  if (!child) return false;
  for (auto const id : {ebml::timestamp, ebml::void_element, ebml::crc, ebml::position, ebml::previous_size})
    if (child->id == id) return true;
  return false;
}

}  // namespace hls
