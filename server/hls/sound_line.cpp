// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/sound_line.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

namespace hls {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr Time step = milliseconds(3);

double seconds(Time time) { return std::chrono::duration<double>(time).count(); }
Time time_of(std::int64_t samples, int rate) {
  return Time(static_cast<std::int64_t>(std::llround(1e9 * static_cast<double>(samples) / rate)));
}

/// A block among those of one rate.
struct Counted {
  SoundBlock* block;
  std::int64_t before;  ///< samples of the blocks before it
  Time lead{};          ///< its time stamp - `before`
  Time smooth{};        ///< the same, but believing its neighbours
};

std::vector<Counted> count(std::span<SoundBlock> blocks, Time origin) {
  std::vector<Counted> counted;
  std::int64_t samples = 0;
  for (auto& block : blocks) {
    counted.push_back({&block, samples, block.pts - origin - time_of(samples, block.rate)});
    // One without a time stamp follows the one before.
    if (!block.timed && counted.size() > 1) counted.back().lead = counted[counted.size() - 2].lead;
    samples += static_cast<std::int64_t>(block.pcm[0].size());
  }
  // One time stamp that is wrong by itself is no gap: the median of five keeps steps and takes away spikes.
  std::vector<Time> near;
  for (std::size_t i = 0; i < counted.size(); ++i) {
    near.clear();
    for (auto j = i < 2 ? 0 : i - 2; j < std::min(i + 3, counted.size()); ++j) near.push_back(counted[j].lead);
    std::sort(near.begin(), near.end());
    counted[i].smooth = near[(near.size() - 1) / 2];
  }
  return counted;
}

std::int64_t nearest_multiple(double position, std::int64_t of) {
  return of * static_cast<std::int64_t>(std::llround(position / static_cast<double>(of)));
}

/// The place of a run that seems to begin at `begin`, with time stamps that differ by `spread` among themselves and
/// blocks whose lengths are multiples of `grain`.
std::int64_t place(Time begin, Time spread, std::int64_t grain, int rate) {
  auto const position = seconds(begin) * rate;
  auto const fits = [&](std::int64_t grid) {
    auto const off = std::abs(position - static_cast<double>(nearest_multiple(position, grid)));
    return off <= seconds(microseconds(1050)) * rate;
  };
  // All lengths of Vorbis and WMA are multiples of this.
  constexpr std::int64_t fine = 64;
  if (grain > 1 && fits(grain)) return nearest_multiple(position, grain);
  if (grain % fine == 0 && spread > microseconds(200) && fits(fine)) return nearest_multiple(position, fine);
  return static_cast<std::int64_t>(std::llround(position));
}

SoundRun join(std::span<Counted> blocks) {
  SoundRun run{.rate = blocks.front().block->rate};
  auto low = blocks.front().smooth;
  auto high = low;
  std::int64_t grain = 0;
  for (auto const& [block, before, lead, smooth] : blocks) {
    // A film's last block may be a rest.
    if (&before != &blocks.back().before || grain == 0)
      grain = std::gcd(grain, static_cast<std::int64_t>(block->pcm[0].size()));
    for (std::size_t c = 0; c < 2; ++c) {
      run.pcm[c].insert(run.pcm[c].end(), block->pcm[c].begin(), block->pcm[c].end());
      Pcm().swap(block->pcm[c]);
    }
    if (!block->timed || std::chrono::abs(lead - smooth) > step) continue;
    low = std::min(low, lead);
    high = std::max(high, lead);
  }
  auto const begin = low + (high - low) / 2 + time_of(blocks.front().before, run.rate);
  run.begin = place(begin, high - low, grain, run.rate);
  return run;
}

}  // namespace

std::vector<SoundRun> line_up(std::vector<SoundBlock>&& blocks, Time origin) {
  std::vector<SoundRun> runs;
  // Before the first time stamp nothing is known.
  auto from = std::find_if(blocks.begin(), blocks.end(), [](SoundBlock const& block) { return block.timed; });
  while (from != blocks.end()) {
    auto const to = std::find_if(from, blocks.end(), [&](SoundBlock const& block) { return block.rate != from->rate; });
    auto counted = count({from, to}, origin);
    for (std::size_t begin = 0, i = 1; i <= counted.size(); ++i) {
      if (i < counted.size() && std::chrono::abs(counted[i].smooth - counted[i - 1].smooth) <= step) continue;
      runs.push_back(join(std::span(counted).subspan(begin, i - begin)));
      begin = i;
    }
    from = to;
  }
  return runs;
}

}  // namespace hls
