// SPDX-License-Identifier: LGPL-2.1-or-later
// Elements of EBML (RFC 8794) and the few of Matroska (RFC 9559) that an index needs.
#pragma once

#include "hls/cursor.hpp"

#include <optional>

namespace hls {

namespace ebml {
inline constexpr std::uint32_t header = 0x1A45DFA3, segment = 0x18538067, seek_head = 0x114D9B74, seek = 0x4DBB,
                               seek_id = 0x53AB, seek_position = 0x53AC, segment_information = 0x1549A966,
                               timestamp_scale = 0x2AD7B1, duration = 0x4489, tracks = 0x1654AE6B, track_entry = 0xAE,
                               track_number = 0xD7, track_type = 0x83, default_duration = 0x23E383, codec = 0x86,
                               flag_forced = 0x55AA, cues = 0x1C53BB6B, cue_point = 0xBB, cue_time = 0xB3,
                               cue_track_positions = 0xB7, cue_track = 0xF7, cue_cluster_position = 0xF1,
                               cue_relative_position = 0xF0, cue_duration = 0xB2, cluster = 0x1F43B675,
                               timestamp = 0xE7, simple_block = 0xA3, block_group = 0xA0, block = 0xA1,
                               block_duration = 0x9B, reference_block = 0xFB, attachments = 0x1941A469,
                               chapters = 0x1043A770, tags = 0x1254C367, void_element = 0xEC, crc = 0xBF,
                               position = 0xA7, previous_size = 0xAB;
}

struct Element {
  std::uint32_t id = 0;
  std::int64_t start = 0;
  std::int64_t begin = 0, end = 0;  ///< never beyond what it lies in
  bool unknown_size = false;        ///< then `end` is that of what it lies in
};

/// The element at the cursor, which goes behind its header; nullopt at the end, and where there is none.
[[nodiscard]] std::optional<Element> next_element(Cursor& at);

/// What the element at the cursor holds, up to 8 bytes; Truncated if more.
[[nodiscard]] std::uint64_t unsigned_of(Cursor& at, Element const& element);
[[nodiscard]] double float_of(Cursor& at, Element const& element);
/// EBML's own numbers of variable length (RFC 8794 4); nullopt for what is none.
[[nodiscard]] std::optional<std::uint64_t> variable_number(Cursor& at);

/// Calls `visit` with each child and a cursor at it, until it gives false.
template <class Visit>
void each_element(Cursor& at, Element const& inside, Visit&& visit) {
  at.seek(inside.begin);
  while (at.position() < inside.end) {
    auto const child = next_element(at);
    if (!child || child->end > inside.end || !visit(*child)) return;
    at.seek(child->end);
  }
}

}  // namespace hls
