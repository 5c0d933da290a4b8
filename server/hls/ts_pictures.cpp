// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/ts_pictures.hpp"

#include "hls/picture_start.hpp"

#include <algorithm>
#include <utility>

namespace hls {
namespace {

constexpr std::size_t enough_of_picture = 4096;

}  // namespace

std::optional<std::int64_t> pes_pts(std::span<std::byte const> bytes) {
  if (bytes.size() < 14 || u8(bytes, 0) != 0 || u8(bytes, 1) != 0 || u8(bytes, 2) != 1) return std::nullopt;
  if ((u8(bytes, 6) & 0xc0) != 0x80 || !(u8(bytes, 7) & 0x80)) return std::nullopt;
  return static_cast<std::int64_t>(u8(bytes, 9) >> 1 & 7) << 30 | u8(bytes, 10) << 22 | (u8(bytes, 11) >> 1) << 15 |
         u8(bytes, 12) << 7 | u8(bytes, 13) >> 1;
}

std::size_t pes_header_size(std::span<std::byte const> bytes) { return std::size_t{9} + u8(bytes, 8); }

void each_ts_picture(ByteSource& source, TsStride const& stride, TsProgram const& program, std::int64_t from,
                     std::int64_t to, std::function<bool(TsPicture const&)> const& visit) {
  TsReader reader(source, stride, from, to);
  auto const video = kind_of(program.codec) == Kind::video;
  std::vector<std::byte> gathered;
  std::optional<TsPicture> picture;
  bool random_access = false;
  auto const finish = [&] {
    if (!picture) return true;
    auto whole = *std::exchange(picture, std::nullopt);
    auto const pts = pes_pts(gathered);
    if (!pts) return true;
    whole.pts = *pts;
    auto const begin = std::min(pes_header_size(gathered), gathered.size());
    whole.key = !video || begins_at_key(program.codec, std::span(gathered).subspan(begin)).value_or(random_access);
    if (video && whole.key) whole.sets = sum_of_sets(program.codec, std::span(gathered).subspan(begin));
    return visit(whole);
  };
  while (auto const next = reader.next()) {
    auto const& packet = *next;
    if (packet.pid != program.pid || packet.payload.empty()) continue;
    if (packet.start) {
      if (!finish()) return;
      picture = TsPicture{.position = reader.position()};
      random_access = packet.random_access;
      gathered.clear();
    }
    if (!picture) continue;
    gathered.insert(gathered.end(), packet.payload.begin(), packet.payload.end());
    if (gathered.size() >= enough_of_picture && !finish()) return;
  }
  finish();
}

}  // namespace hls
