// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/sound_render.hpp"

#include "hls/av.hpp"

#include <algorithm>
#include <numeric>

extern "C" {
#include <libswresample/swresample.h>
}

namespace hls {
namespace {

struct ResamplerFree {
  void operator()(SwrContext* resampler) const { swr_free(&resampler); }
};
using Resampler = std::unique_ptr<SwrContext, ResamplerFree>;

std::int64_t floor_divide(std::int64_t a, std::int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0); }

Resampler resampler(int channels, int from, int to) {
  AVChannelLayout layout{};
  av_channel_layout_default(&layout, channels);
  SwrContext* made = nullptr;
  auto const result =
      swr_alloc_set_opts2(&made, &layout, AV_SAMPLE_FMT_FLTP, to, &layout, AV_SAMPLE_FMT_FLTP, from, 64, nullptr);
  Resampler owned(made);
  av::check(result, "the sound can't be resampled");
  av_opt_set_int(made, "filter_size", 64, 0);
  av_opt_set_int(made, "phase_shift", 10, 0);
  av::check(swr_init(made), "the sound can't be resampled");
  return owned;
}

/// The run at another rate. It is fed from a multiple of the ratio's denominator on, so that every output sample is
/// made with the filter phase that it always has.
SoundRun resample(SoundRun const& run, int channels, int rate) {
  auto const common = std::gcd(run.rate, rate);
  std::int64_t const in_step = run.rate / common;
  std::int64_t const out_step = rate / common;
  auto const grid = floor_divide(run.begin, in_step);
  auto const lead = run.begin - grid * in_step;
  SoundRun made{.rate = rate, .begin = grid * out_step};

  auto const samples = static_cast<std::int64_t>(run.pcm[0].size()) + lead;
  auto const wanted = (samples * rate + run.rate - 1) / run.rate;
  // What the filter still holds at the end comes out for silence behind it.
  auto const fed = samples + run.rate / 50;
  auto const room = fed * rate / run.rate + 1024;
  std::array<std::uint8_t const*, 2> in{};
  std::array<std::uint8_t*, 2> out{};
  std::array<Pcm, 2> padded;
  for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c) {
    padded[c].resize(static_cast<std::size_t>(fed));
    std::copy(run.pcm[c].begin(), run.pcm[c].end(), padded[c].begin() + lead);
    made.pcm[c].resize(static_cast<std::size_t>(room));
    in[c] = reinterpret_cast<std::uint8_t const*>(padded[c].data());
    out[c] = reinterpret_cast<std::uint8_t*>(made.pcm[c].data());
  }
  auto const swr = resampler(channels, run.rate, rate);
  auto const given = swr_convert(swr.get(), out.data(), static_cast<int>(room), in.data(), static_cast<int>(fed));
  av::check(given, "the sound can't be resampled");
  for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c)
    made.pcm[c].resize(static_cast<std::size_t>(std::min<std::int64_t>(given, wanted)));
  return made;
}

}  // namespace

Channels render(std::vector<SoundRun> const& runs, int channels, int rate, std::int64_t from, std::int64_t to) {
  Channels line;
  for (std::size_t c = 0; c < static_cast<std::size_t>(channels); ++c)
    line[c].resize(static_cast<std::size_t>(std::max<std::int64_t>(0, to - from)));
  auto const lay = [&](SoundRun const& run) {
    auto const begin = std::max(run.begin, from);
    auto const end = std::min(run.begin + static_cast<std::int64_t>(run.pcm[0].size()), to);
    for (std::size_t c = 0; begin < end && c < static_cast<std::size_t>(channels); ++c)
      std::copy(run.pcm[c].begin() + (begin - run.begin), run.pcm[c].begin() + (end - run.begin),
                line[c].begin() + (begin - from));
  };
  for (auto const& run : runs) {
    if (run.pcm[0].empty()) continue;
    if (run.rate == rate)
      lay(run);
    else
      lay(resample(run, channels, rate));
  }
  return line;
}

std::int64_t end_of(std::vector<SoundRun> const& runs, int rate) {
  std::int64_t end = 0;
  for (auto const& run : runs) {
    auto const own = run.begin + static_cast<std::int64_t>(run.pcm[0].size());
    end = std::max(end, own <= 0 ? 0 : (own * rate + run.rate - 1) / run.rate);
  }
  return end;
}

}  // namespace hls
