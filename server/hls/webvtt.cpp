// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/webvtt.hpp"

#include "hls/ts_writer.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <map>
#include <utility>

namespace hls {
namespace {

using namespace std::chrono_literals;
using Milliseconds = std::chrono::milliseconds;

void append_time(std::string& to, Milliseconds time) {
  auto const ms = time.count();
  std::array<char, 40> text{};
  auto const length = std::snprintf(text.data(), text.size(), "%02lld:%02lld:%02lld.%03lld",
                                    static_cast<long long>(ms / 3600000), static_cast<long long>(ms / 60000 % 60),
                                    static_cast<long long>(ms / 1000 % 60), static_cast<long long>(ms % 1000));
  to.append(text.data(), static_cast<std::size_t>(length));
}

auto order(Cue const& cue) { return std::tie(cue.begin, cue.end); }

}  // namespace

void tidy(std::vector<Cue>& cues) {
  std::stable_sort(cues.begin(), cues.end(), [](Cue const& a, Cue const& b) { return a.begin < b.begin; });
  for (std::size_t i = 0, next = 0; i < cues.size(); ++i) {
    next = std::max(next, i + 1);
    while (next < cues.size() && cues[next].begin <= cues[i].begin) ++next;
    if (cues[i].end > cues[i].begin) continue;
    auto const most = cues[i].begin + 5s;
    cues[i].end = next < cues.size() ? std::min(cues[next].begin, most) : most;
  }
  std::vector<Cue> kept;
  // Where a text was shown last, by what is seen: of many layers and thousands of events one lookup each.
  std::map<std::pair<std::string, std::string>, std::size_t> last;
  for (auto& cue : cues) {
    auto const [at, fresh] = last.try_emplace({cue.text, cue.settings}, kept.size());
    if (!fresh && cue.begin <= kept[at->second].end) {
      kept[at->second].end = std::max(kept[at->second].end, cue.end);
    } else {
      at->second = kept.size();
      kept.push_back(std::move(cue));
    }
  }
  std::stable_sort(kept.begin(), kept.end(), [](Cue const& a, Cue const& b) { return order(a) < order(b); });
  cues = std::move(kept);
}

std::string webvtt_segment(std::vector<Cue> const& cues, Segment const& segment, bool first, bool last, Time shift) {
  // Ticks of 90 kHz that our segments have at the film's time 0 (RFC 8216 3.5).
  auto text = "WEBVTT\nX-TIMESTAMP-MAP=MPEGTS:" + std::to_string(time_shift / 1us * 9 / 100) + ",LOCAL:00:00:00.000\n";
  std::vector<std::pair<Time, Cue const*>> shown;
  for (auto const& cue : cues) {
    auto const begin = cue.begin + shift;
    auto const end = cue.end + shift;
    if (end <= 0s || (!first && end <= segment.begin) || (!last && begin >= segment.end)) continue;
    shown.emplace_back(begin, &cue);
  }
  std::stable_sort(shown.begin(), shown.end(), [](auto const& a, auto const& b) {
    return std::pair(a.first, a.second->end) < std::pair(b.first, b.second->end);
  });
  for (auto const& [begin_at, cue] : shown) {
    // WebVTT has no time before 0, and no cue without a length.
    auto const begin = std::max(std::chrono::round<Milliseconds>(begin_at), 0ms);
    auto const end = std::max(std::chrono::round<Milliseconds>(cue->end + shift), begin + 1ms);
    text += '\n';
    append_time(text, begin);
    text += " --> ";
    append_time(text, end);
    if (!cue->settings.empty()) text += " " + cue->settings;
    text += '\n' + cue->text + '\n';
  }
  return text;
}

}  // namespace hls
