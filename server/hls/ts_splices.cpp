// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/ts_splices.hpp"

#include "hls/ts_clock.hpp"
#include "hls/ts_pictures.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace hls {
namespace {

/// A film that is no longer is read to its end, in one go with what its timeline wants of it.
constexpr std::int64_t small = 16 * 1024 * 1024;
/// What is searched for a joint picture by picture.
constexpr std::int64_t near = 2 * 1024 * 1024;
constexpr int most_samples = 40;
/// More are damage.
constexpr std::size_t most_parts = 100;

/// From one time to another, the nearer way around.
std::int64_t step(std::int64_t from, std::int64_t to) { return unwrapped(to, from) - from; }

/// What holds at a place of the stream.
struct State {
  TsProgram program;
  std::optional<std::int64_t> pts;
  std::uint32_t sets = 0;
};

/// A place that was looked at.
struct Sample {
  std::int64_t position = 0;
  State state;
  double rate = 0;  ///< bytes in a tick around it; 0 = not known
};

class Joints {
 public:
  Joints(ByteSource& source, TsStride const& stride) : source_(source), stride_(stride) {}

  [[nodiscard]] std::vector<std::int64_t> find() {
    auto const program = ts_program(source_, stride_);
    if (!program) return {};
    auto const size = source_.size();
    State const begin{*program, {}, 0};
    if (size <= small) {
      walk(begin, 0, size);
    } else {
      std::vector<Sample> places;
      for (auto const at : {std::int64_t{0}, size / 4, size / 2, size / 4 * 3, size - near})
        if (auto place = sample(at, begin)) places.push_back(std::move(*place));
      for (std::size_t i = 1; i < places.size(); ++i) compare(places[i - 1], places[i]);
    }
    std::sort(found_.begin(), found_.end());
    found_.erase(std::unique(found_.begin(), found_.end()), found_.end());
    return std::move(found_);
  }

 private:
  std::optional<Sample> sample(std::int64_t position, State state) {
    if (--left_ < 0) return std::nullopt;
    Sample sample{position, {}, 0};
    if (auto const program = ts_program(source_, stride_, position)) state.program = *program;
    std::int64_t first = 0, last = 0, bytes = 0;
    int pictures = 0;
    each_ts_picture(source_, stride_, state.program, position, position + near, [&](TsPicture const& picture) {
      if (!sample.state.pts) {
        first = last = picture.pts;
        sample.position = picture.position;
        sample.state = {state.program, picture.pts, 0};
      }
      if (sample.state.sets == 0) sample.state.sets = picture.sets;
      if (goes_on(last, picture.pts)) last = std::max(last, last + step(last, picture.pts));
      bytes = picture.position - sample.position;
      return ++pictures < 12 || (sample.state.sets == 0 && bytes < near / 2);
    });
    if (!sample.state.pts) return std::nullopt;
    if (last > first) sample.rate = static_cast<double>(bytes) / static_cast<double>(last - first);
    return sample;
  }

  /// Halves what doesn't go together until it can be read.
  void compare(Sample const& a, Sample const& b) {
    if (go_together(a, b)) return;
    if (b.position - a.position <= near) {
      walk(a.state, a.position, b.position + near);
      return;
    }
    auto const middle = sample(a.position + (b.position - a.position) / 2, a.state);
    if (!middle || middle->position >= b.position) return;
    compare(a, *middle);
    compare(*middle, b);
  }

  [[nodiscard]] static bool go_together(Sample const& a, Sample const& b) {
    if (a.state.program != b.state.program) return false;
    if (a.state.sets != 0 && b.state.sets != 0 && a.state.sets != b.state.sets) return false;
    auto const span = step(*a.state.pts, *b.state.pts);
    if (span < 0) return false;
    if (a.rate <= 0 || b.rate <= 0) return true;
    auto const bytes = static_cast<double>(b.position - a.position);
    auto const slack = 3. * ts_clock;
    return static_cast<double>(span) >= bytes / std::max(a.rate, b.rate) / 2 - slack &&
           static_cast<double>(span) <= bytes / std::min(a.rate, b.rate) * 2 + slack;
  }

  /// Picture by picture, and program by program.
  void walk(State state, std::int64_t from, std::int64_t to) {
    while (from < to && found_.size() < most_parts) {
      auto const change = ts_change(source_, stride_, state.program, from, to);
      pictures(state, from, change ? change->position : to);
      if (!change) return;
      found_.push_back(change->position);
      state = {change->program, {}, 0};
      from = std::max(change->position, from + stride_.bytes);
    }
  }

  void pictures(State state, std::int64_t from, std::int64_t to) {
    TsPicture last{.pts = state.pts.value_or(0), .position = from};
    // Damaged ones, unless the next one says the same.
    std::optional<TsPicture> doubtful;
    std::optional<std::pair<std::uint32_t, std::int64_t>> changed;  // sets, and the joint
    each_ts_picture(source_, stride_, state.program, from, to, [&](TsPicture const& picture) {
      if (picture.sets == 0 || state.sets == 0 || picture.sets == state.sets) {
        if (picture.sets != 0) changed.reset();
      } else if (changed && changed->first == picture.sets) {
        found_.push_back(std::exchange(changed, std::nullopt)->second);
        state.sets = picture.sets;
      } else {
        changed = {picture.sets, joint(last, picture)};
      }
      if (state.sets == 0) state.sets = picture.sets;
      if (!state.pts || goes_on(last.pts, picture.pts)) {
        doubtful.reset();
      } else if (doubtful && goes_on(doubtful->pts, picture.pts)) {
        found_.push_back(joint(last, *std::exchange(doubtful, std::nullopt)));
      } else {
        doubtful = picture;
        return true;
      }
      last = picture;
      state.pts = picture.pts;
      return found_.size() < most_parts;
    });
    if (changed) found_.push_back(changed->second);
  }

  /// Between the last picture of one recording and the first one of the next: both may have sound there, and tables.
  [[nodiscard]] std::int64_t joint(TsPicture const& last, TsPicture const& first) {
    std::int64_t list = first.position;  // of programs
    TsReader reader(source_, stride_, last.position, first.position);
    while (auto const packet = reader.next()) {
      if (!packet->start) continue;
      if (packet->pid == 0) list = reader.position();
      auto const pts = pes_pts(packet->payload);
      if (!pts || goes_on(first.pts, *pts) == goes_on(last.pts, *pts)) continue;
      if (goes_on(first.pts, *pts)) return std::min(list, reader.position());
      list = first.position;  // one before the last sound of the old recording isn't the new one's
    }
    return list;
  }

  ByteSource& source_;
  TsStride const stride_;
  std::vector<std::int64_t> found_;
  int left_ = most_samples;
};

}  // namespace

std::vector<TsPart> ts_parts(ByteSource& source) {
  auto const stride = ts_stride(read_bytes(source, 0, std::size_t{64} * 1024));
  if (!stride) return {{0, source.size(), {}}};
  auto const joints = Joints(source, *stride).find();
  if (joints.size() >= most_parts) return {{0, source.size(), {}}};
  auto const lead = stride->lead();
  std::vector<TsPart> parts{{0, source.size(), {}}};
  for (auto const joint : joints) {
    auto const begin = joint - lead;
    if (begin <= parts.back().begin) continue;
    parts.back().end = begin;
    parts.push_back({begin, source.size(), table_packets(source, *stride, joint)});
  }
  return parts;
}

}  // namespace hls
