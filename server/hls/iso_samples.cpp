// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/iso_samples.hpp"

#include <algorithm>

namespace hls {
namespace {

/// 90 hours at 60 frames a second. Tables of constant values can claim any number.
constexpr std::int64_t most_samples = 20'000'000;
/// Of a track in which each sample is a key frame: one a second is enough.
constexpr std::int64_t apart_seconds = 1;
constexpr std::size_t most_sync = 1U << 21;

/// 8.6.1.2, 8.6.1.3: (count, value) again and again.
class Runs {
 public:
  Runs(ByteSource& source, Box const& box) : at_(source, box.begin, box.end) {
    if (!box) return;
    full_box(at_);
    entries_ = at_.be32();
  }
  /// False at the end of the table.
  bool next(std::int32_t& value) {
    while (left_ == 0) {
      if (entries_ == 0 || at_.left() < 8) return false;
      --entries_;
      left_ = at_.be32();
      value_ = static_cast<std::int32_t>(at_.be32());
    }
    --left_;
    value = value_;
    return true;
  }

 private:
  Cursor at_;
  std::uint32_t entries_ = 0, left_ = 0;
  std::int32_t value_ = 0;
};

/// 8.7.3: stsz, stz2.
class Sizes {
 public:
  Sizes(ByteSource& source, Box const& box) : at_(source, box.begin, box.end) {
    if (!box) return;
    full_box(at_);
    auto const word = at_.be32();
    if (box.type == fourcc("stz2"))
      bits_ = word & 0xff;
    else
      constant_ = word;
    count_ = at_.be32();
    if (bits_ != 4 && bits_ != 8 && bits_ != 16) bits_ = 32;
  }
  [[nodiscard]] std::int64_t count() const { return count_; }
  bool next(std::int64_t& size) {
    if (count_ == 0) return false;
    if (constant_) {
      size = constant_;
    } else if (bits_ == 4 && half_) {
      size = byte_ & 15;
      half_ = false;
    } else {
      if (at_.left() < std::max<std::int64_t>(bits_ / 8, 1)) return false;
      if (bits_ == 4) {
        byte_ = at_.u8();
        size = byte_ >> 4;
        half_ = true;
      } else {
        size = static_cast<std::int64_t>(at_.big(bits_ / 8));
      }
    }
    --count_;
    return true;
  }

 private:
  Cursor at_;
  std::uint32_t constant_ = 0, count_ = 0, bits_ = 32;
  std::uint8_t byte_ = 0;
  bool half_ = false;
};

/// 8.7.4, 8.7.5: where each sample lies.
class Places {
 public:
  Places(ByteSource& source, IsoTrack const& track)
      : chunks_(source, track.stco.begin, track.stco.end),
        runs_(source, track.stsc.begin, track.stsc.end),
        wide_(track.stco.type == fourcc("co64")) {
    full_box(chunks_);
    chunks_.skip(4);
    full_box(runs_);
    run_entries_ = runs_.be32();
    next_run();
    samples_ = next_samples_;
    next_run();
  }
  bool next(std::int64_t size, std::int64_t& position) {
    while (left_ == 0) {
      if (chunks_.left() < (wide_ ? 8 : 4)) return false;
      at_ = static_cast<std::int64_t>(std::min<std::uint64_t>(wide_ ? chunks_.be64() : chunks_.be32(), INT64_MAX / 4));
      ++chunk_;
      while (chunk_ >= next_first_ && next_first_ != 0) {
        samples_ = next_samples_;
        next_run();
      }
      left_ = samples_;
    }
    --left_;
    position = at_;
    at_ = std::min(at_ + size, INT64_MAX / 2);
    return true;
  }

 private:
  void next_run() {
    next_first_ = 0;
    if (run_entries_ == 0 || runs_.left() < 12) return;
    --run_entries_;
    next_first_ = runs_.be32();
    next_samples_ = runs_.be32();
    runs_.skip(4);
  }

  Cursor chunks_, runs_;
  bool wide_;
  std::uint32_t run_entries_ = 0, next_first_ = 0, next_samples_ = 0, samples_ = 0, left_ = 0;
  std::uint32_t chunk_ = 0;
  std::int64_t at_ = 0;
};

/// 8.6.2: the numbers of sync samples, ascending from 1 on.
class SyncNumbers {
 public:
  SyncNumbers(ByteSource& source, Box const& box) : at_(source, box.begin, box.end), all_(!box) {
    if (all_) return;
    full_box(at_);
    left_ = at_.be32();
    next();
  }
  [[nodiscard]] bool all() const { return all_; }
  bool has(std::int64_t number) {
    while (number_ < number && number_ != 0) next();
    return all_ || number_ == number;
  }

 private:
  void next() {
    auto const before = number_;
    number_ = 0;
    for (; left_ > 0 && at_.left() >= 4; --left_)
      if (auto const number = at_.be32(); number > before) {
        number_ = number;
        --left_;
        return;
      }
  }

  Cursor at_;
  bool all_;
  std::uint32_t left_ = 0;
  std::int64_t number_ = 0;
};

}  // namespace

void PictureOrder::add(std::int64_t pts, bool sync) {
  if (sync) last_key_ = pts;
  if (pts < last_key_) closed_ = false;
  arrived_.push_back(pts);
  sorted_.insert(std::upper_bound(sorted_.begin(), sorted_.end(), pts), pts);
  if (sorted_.size() > 2 * depth) settle();
}

void PictureOrder::settle() {
  for (std::size_t i = 0; i < depth; ++i) reorder_ = std::max(reorder_, sorted_[i] - arrived_[i]);
  sorted_.erase(sorted_.begin(), sorted_.begin() + depth);
  arrived_.erase(arrived_.begin(), arrived_.begin() + depth);
}

std::int64_t PictureOrder::reorder() {
  for (std::size_t i = 0; i < sorted_.size(); ++i) reorder_ = std::max(reorder_, sorted_[i] - arrived_[i]);
  return reorder_;
}

IsoSamples read_samples(ByteSource& source, IsoTrack const& track) {
  IsoSamples result;
  if (!track.stts || !track.stsz || !track.stco || !track.stsc) return result;
  Runs durations(source, track.stts), offsets(source, track.ctts);
  Sizes sizes(source, track.stsz);
  Places places(source, track);
  SyncNumbers numbers(source, track.stss);
  PictureOrder order;
  auto const file = source.size();
  auto const apart = numbers.all() ? apart_seconds * static_cast<std::int64_t>(track.clock) : 0;
  auto const most = std::min({most_samples, sizes.count(), file});
  std::int64_t dts = 0;
  for (std::int64_t i = 1; i <= most; ++i) {
    std::int32_t duration = 0, offset = 0;
    std::int64_t size = 0, position = 0;
    if (!sizes.next(size) || !places.next(size, position) || !durations.next(duration)) break;
    offsets.next(offset);
    auto const pts = dts + offset;
    if (duration < 0) duration = 1;  // as others read it: a muxer's attempt to go back
    dts += duration;
    result.count = i;
    if (position + size > file) continue;  // cut off, or a damaged place
    auto const sync = numbers.has(i);
    if (track.kind == Kind::video) order.add(pts, sync);
    result.end = std::max(result.end, pts + duration);
    if (!sync || result.sync.size() >= most_sync) continue;
    if (apart && !result.sync.empty() && pts - result.sync.back().pts < apart) continue;
    result.sync.push_back({pts, position});
  }
  result.reorder = order.reorder();
  result.closed_gops = order.closed_gops();
  return result;
}

}  // namespace hls
