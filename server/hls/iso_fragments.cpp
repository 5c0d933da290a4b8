// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/iso_fragments.hpp"

#include "hls/container_clock.hpp"

#include <algorithm>

namespace hls {
namespace {

constexpr std::int64_t largest_time = INT64_C(1) << 60;
constexpr std::size_t most_entries = 200'000;
constexpr std::uint32_t non_sync = 0x10000;

std::int64_t bounded(std::uint64_t value) {
  return static_cast<std::int64_t>(std::min<std::uint64_t>(value, static_cast<std::uint64_t>(largest_time)));
}

/// 8.16.3.
class SegmentIndex {
 public:
  SegmentIndex(ByteSource& source, IsoTrack const& track) : source_(&source), track_(&track) {}

  /// Where what it covers ends; 0 if it is of another track.
  std::int64_t read(Box const& sidx, int depth) {
    Cursor at(*source_, sidx.begin, sidx.end, 4096);
    auto const version = full_box(at);
    auto const id = at.be32();
    auto const clock = at.be32();
    auto time = bounded(version ? at.be64() : at.be32());
    auto position = std::min(sidx.end + bounded(version ? at.be64() : at.be32()), largest_time);
    at.skip(2);
    auto const count = at.be16();
    if (id != track_->id || clock == 0) return 0;
    for (int i = 0; i < count && entries_.size() < most_entries; ++i) {
      auto const reference = at.be32(), duration = at.be32(), access = at.be32();
      if (reference >> 31)
        read_nested(position, depth);
      else if (access >> 31)
        entries_.push_back({ticks(time + (access & 0xfffffff), clock), position});
      position += reference & 0x7fffffff;
      time = std::min(time + duration, largest_time);
    }
    return position;
  }
  [[nodiscard]] std::vector<FragmentEntry>& entries() { return entries_; }

 private:
  void read_nested(std::int64_t position, int depth) {
    constexpr int deepest = 4;
    constexpr int most_boxes = 5000;
    if (depth >= deepest || ++boxes_ > most_boxes) return;
    Cursor at(*source_, position, Cursor::to_end, Cursor::small);
    auto const box = next_box(at);
    if (box && box->type == fourcc("sidx")) read(*box, depth + 1);
  }

  ByteSource* source_;
  IsoTrack const* track_;
  std::vector<FragmentEntry> entries_;
  int boxes_ = 0;
};

}  // namespace

IsoSamples FragmentReader::read(Box const& moof) {
  IsoSamples result;
  each_box(*source_, moof, [&](Box const& box) {
    if (box.type == fourcc("traf")) read_track_fragment(box, moof.start, result);
    return true;
  });
  return result;
}

/// 8.8.6 - 8.8.8, 8.8.12.
void FragmentReader::read_track_fragment(Box const& traf, std::int64_t position, IsoSamples& into) {
  bool ours = false;
  each_box(*source_, traf, [&](Box const& box) {
    if (box.type == fourcc("tfhd")) {
      Cursor at(*source_, box.begin, box.end, Cursor::small);
      std::uint32_t flags = 0;
      full_box(at, &flags);
      ours = at.be32() == track_->id;
      at.skip((flags & 1 ? 8 : 0) + (flags & 2 ? 4 : 0));
      duration_ = flags & 8 ? at.be32() : track_->default_duration;
      at.skip(flags & 0x10 ? 4 : 0);
      flags_ = flags & 0x20 ? at.be32() : track_->default_flags;
    } else if (ours && box.type == fourcc("tfdt")) {
      Cursor at(*source_, box.begin, box.end, Cursor::small);
      dts_ = bounded(full_box(at) ? at.be64() : at.be32());
    } else if (ours && box.type == fourcc("trun")) {
      read_run(box, position, into);
    }
    return true;
  });
}

void FragmentReader::read_run(Box const& trun, std::int64_t position, IsoSamples& into) {
  Cursor at(*source_, trun.begin, trun.end, 4096);
  std::uint32_t flags = 0;
  full_box(at, &flags);
  auto const count = at.be32();
  at.skip(flags & 1 ? 4 : 0);
  auto const first_flags = flags & 4 ? at.be32() : flags_;
  auto const row =
      (flags & 0x100 ? 4 : 0) + (flags & 0x200 ? 4 : 0) + (flags & 0x400 ? 4 : 0) + (flags & 0x800 ? 4 : 0);
  for (std::uint32_t i = 0; i < count && at.left() >= row && budget_ > 0; ++i, --budget_) {
    auto const duration = flags & 0x100 ? at.be32() : duration_;
    at.skip(flags & 0x200 ? 4 : 0);
    auto const sample_flags = flags & 0x400 ? at.be32() : i == 0 ? first_flags : flags_;
    auto const offset = flags & 0x800 ? static_cast<std::int32_t>(at.be32()) : 0;
    auto const pts = dts_ + offset;
    auto const sync = (sample_flags & non_sync) == 0;
    if (track_->kind == Kind::video) order_.add(pts, sync);
    auto const apart = track_->kind == Kind::video ? 0 : static_cast<std::int64_t>(track_->clock);
    if (sync && (into.sync.empty() || pts - into.sync.back().pts >= apart || pts < into.sync.back().pts) &&
        into.sync.size() < most_entries)
      into.sync.push_back({pts, position});
    dts_ = std::min(dts_ + duration, largest_time);
    into.end = std::max(into.end, pts + duration);
    ++into.count;
  }
}

std::optional<Box> moof_from(ByteSource& source, std::int64_t from, std::int64_t to) {
  std::optional<Box> found;
  int tries = 0;
  each_box(source, from, to, [&](Box const& box) {
    constexpr int most_between = 100;  // styp, sidx, prft, emsg
    if (box.type == fourcc("moof")) found = box;
    return !found && ++tries < most_between;
  });
  return found;
}

std::vector<FragmentEntry> segment_index(ByteSource& source, std::int64_t from, IsoTrack const& track) {
  SegmentIndex index(source, track);
  std::int64_t covered = 0;
  each_box(source, from, source.size(), [&](Box const& box) {
    if (box.type == fourcc("sidx") && index.entries().empty()) covered = index.read(box, 0);
    return box.type != fourcc("moof") && box.type != fourcc("mdat");
  });
  // Some write one in front of each fragment. Behind the last one nothing but mfra may come.
  bool more = covered == 0;
  each_box(source, covered, source.size(), [&](Box const& box) {
    more = more || box.type == fourcc("moof") || box.type == fourcc("styp") || box.type == fourcc("sidx");
    return !more;
  });
  auto entries = std::move(index.entries());
  if (more) entries.clear();
  std::erase_if(entries, [&](auto const& entry) { return entry.position >= source.size(); });
  return entries;
}

std::vector<FragmentEntry> random_access_index(ByteSource& source, IsoTrack const& track) {
  std::vector<FragmentEntry> entries;
  constexpr std::int64_t mfro = 16;
  auto const size = source.size();
  if (size < mfro) return entries;
  Cursor tail(source, size - mfro, size, Cursor::small);
  auto const last = next_box(tail);
  if (!last || last->type != fourcc("mfro")) return entries;
  full_box(tail);
  auto const start = size - static_cast<std::int64_t>(tail.be32());
  if (start < 0) return entries;
  Cursor at(source, start, size, Cursor::small);
  auto const mfra = next_box(at);
  if (!mfra || mfra->type != fourcc("mfra")) return entries;
  each_box(source, *mfra, [&](Box const& box) {
    if (box.type != fourcc("tfra") || !entries.empty()) return true;
    Cursor lines(source, box.begin, box.end);
    auto const version = full_box(lines);
    if (lines.be32() != track.id) return true;
    auto const lengths = lines.be32();
    auto const numbers = static_cast<std::int64_t>((lengths >> 4 & 3) + (lengths >> 2 & 3) + (lengths & 3) + 3);
    auto const count = lines.be32();
    for (std::uint32_t i = 0;
         i < count && lines.left() >= (version ? 16 : 8) + numbers && entries.size() < most_entries; ++i) {
      auto const time = bounded(version ? lines.be64() : lines.be32());
      auto const position = bounded(version ? lines.be64() : lines.be32());
      lines.skip(numbers);
      if (position < size) entries.push_back({ticks(time, track.clock), position});
    }
    return true;
  });
  return entries;
}

}  // namespace hls
