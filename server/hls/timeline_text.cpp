// SPDX-License-Identifier: LGPL-2.1-or-later
// A timeline as text: one line of values, then the key frames as steps from one to the next, which are short.
#include "hls/timeline.hpp"

#include <charconv>
#include <cstdlib>

namespace hls {
namespace {

constexpr std::string_view version = "hls-timeline 2";
constexpr std::size_t most_frames = 1U << 21;
constexpr std::size_t most_cues = 1U << 20;
constexpr std::size_t largest_config = 4096;

void put(std::string& to, std::int64_t value) {
  to += ' ';
  to += std::to_string(value);
}

/// FNV-1a: tells a damaged text from a whole one.
std::uint32_t sum_of(std::string_view text) {
  std::uint32_t sum = 2166136261U;
  for (auto const c : text) sum = (sum ^ static_cast<std::uint8_t>(c)) * 16777619U;
  return sum;
}

class Numbers {
 public:
  explicit Numbers(std::string_view text) : rest_(text) {}
  std::int64_t next(std::int64_t least = INT64_MIN, std::int64_t most = INT64_MAX) {
    std::int64_t value = 0;
    if (good_ && rest_.starts_with(' ')) rest_.remove_prefix(1);
    auto const [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    good_ = good_ && error == std::errc() && value >= least && value <= most;
    if (good_) rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return good_ ? value : 0;
  }
  [[nodiscard]] bool good() const { return good_; }
  [[nodiscard]] bool done() const { return good_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool good_ = true;
};

constexpr std::int64_t longest = INT64_C(1) << 62;

}  // namespace

std::string to_text(Timeline const& timeline) {
  std::string values;
  put(values, static_cast<int>(timeline.container));
  put(values, static_cast<int>(timeline.precision));
  for (auto const time : {timeline.start, timeline.end, timeline.grid, timeline.reorder}) put(values, time.count());
  put(values, timeline.closed_gops ? 1 : 0);
  put(values, timeline.rotation);
  put(values, static_cast<std::int64_t>(timeline.av1_config.size()));
  for (auto const byte : timeline.av1_config) put(values, byte);
  put(values, static_cast<std::int64_t>(timeline.key_frames.size()));
  KeyFrame before;
  for (auto const& frame : timeline.key_frames) {
    put(values, (frame.time - before.time).count());
    put(values, frame.position - before.position);
    before = frame;
  }
  put(values, static_cast<std::int64_t>(timeline.long_cues.size()));
  for (auto const& cue : timeline.long_cues) {
    put(values, cue.begin.count());
    put(values, cue.end.count());
  }
  put(values, static_cast<std::int64_t>(timeline.forced.size()));
  for (auto const track : timeline.forced) put(values, track);
  return std::string(version) + ' ' + std::to_string(sum_of(values)) + '\n' + values + '\n';
}

std::optional<Timeline> from_text(std::string_view text) {
  auto const line = text.find('\n');
  if (line == text.npos || !text.starts_with(version) || !text.ends_with('\n')) return std::nullopt;
  Numbers head(text.substr(version.size(), line - version.size()));
  auto const sum = head.next(0, UINT32_MAX);
  if (!head.done() || text.size() < line + 2) return std::nullopt;
  auto const values = text.substr(line + 1, text.size() - line - 2);
  if (sum_of(values) != sum) return std::nullopt;
  Numbers numbers(values);
  Timeline timeline;
  timeline.container = static_cast<Container>(numbers.next(0, static_cast<int>(Container::other)));
  timeline.precision = static_cast<Timeline::Precision>(numbers.next(0, static_cast<int>(Timeline::Precision::coded)));
  for (auto* const time : {&timeline.start, &timeline.end, &timeline.grid, &timeline.reorder})
    *time = Time(numbers.next(-longest, longest));
  timeline.closed_gops = numbers.next(0, 1) == 1;
  timeline.rotation = static_cast<int>(numbers.next(0, 359));
  timeline.av1_config.resize(static_cast<std::size_t>(numbers.next(0, largest_config)));
  for (auto& byte : timeline.av1_config) byte = static_cast<std::uint8_t>(numbers.next(0, 255));
  auto const frames = numbers.next(0, most_frames);
  KeyFrame frame;
  for (std::int64_t i = 0; i < frames && numbers.good(); ++i) {
    frame.time += Time(numbers.next(-longest / 2, longest / 2));
    frame.position += numbers.next(-longest / 2, longest / 2);
    if (std::abs(frame.time.count()) > longest / 2 || frame.position < 0 || frame.position > longest / 2)
      return std::nullopt;
    timeline.key_frames.push_back(frame);
  }
  auto const cues = numbers.next(0, most_cues);
  for (std::int64_t i = 0; i < cues && numbers.good(); ++i) {
    auto const begin = numbers.next(-longest, longest);
    timeline.long_cues.push_back({Time(begin), Time(numbers.next(-longest, longest))});
  }
  auto const forced = numbers.next(0, most_cues);
  for (std::int64_t i = 0; i < forced && numbers.good(); ++i) timeline.forced.push_back(numbers.next());
  if (!numbers.done()) return std::nullopt;
  return timeline;
}

}  // namespace hls
