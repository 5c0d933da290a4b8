// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/sound_coder.hpp"

#include "hls/aac_encoder.hpp"
#include "hls/sound_line.hpp"
#include "hls/sound_render.hpp"
#include "hls/sound_source.hpp"

#include <algorithm>

namespace hls {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t second = 1'000'000'000;
/// Far beyond any film, far from an overflow.
constexpr Time longest = 1000h;

/// The frames before a segment that are encoded with it and dropped, so that the encoder's state is what it would be.
constexpr std::int64_t most_preroll = 8;
/// Sound from here on is decoded, whatever the frames' length; of this, what is left to the decoder alone.
constexpr Time preroll = 500ms;
constexpr Time decoder_preroll = 150ms;

int coded_rate(Track const& source) {
  auto rate = source.sample_rate;
  // Spectral band replication, if there is any, makes twice of it; it need not be told beforehand.
  if (source.codec == Codec::aac && rate <= 24000) rate *= 2;
  while (rate > 48000 && rate % 2 == 0) rate /= 2;
  return rate <= 48000 && aac_has_rate(rate) ? rate : 48000;
}
int coded_channels(Track const& source) {
  // Parametric stereo, too, comes as mono.
  auto const may_be_stereo = source.codec == Codec::aac && source.sample_rate <= 24000;
  return source.channels == 1 && !may_be_stereo ? 1 : 2;
}

/// a * b / c, rounded down; c > 0.
std::int64_t scale(std::int64_t a, std::int64_t b, std::int64_t c) { return av_rescale_rnd(a, b, c, AV_ROUND_DOWN); }
std::int64_t scale_up(std::int64_t a, std::int64_t b, std::int64_t c) { return av_rescale_rnd(a, b, c, AV_ROUND_UP); }

/// Number of the first frame that begins at `time` after the origin, or later.
std::int64_t frame_at(Time time, int rate) {
  return scale_up(std::clamp(time, -longest, longest).count(), rate, second * aac_frame);
}
/// When frame `number` begins, after the origin.
Time time_of(std::int64_t number, int rate) { return Time(scale(number * aac_frame, second, rate)); }

/// Those that count, whatever was given beside.
std::vector<AccessUnit> wanted(Samples const& source, Segment const& segment, Time origin, bool first, bool last) {
  std::vector<AccessUnit> units;
  auto const& all = source.units;
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto const ends = i + 1 < all.size() ? all[i + 1].pts : Time::max();
    if ((first || ends > segment.begin - preroll) && (last || all[i].pts < segment.end + sound_after) &&
        all[i].pts > origin - longest && all[i].pts < origin + longest)
      units.push_back(all[i]);
  }
  return units;
}

}  // namespace

Track coded_track(Track const& source) {
  auto track = source;
  track.codec = Codec::aac;
  track.sample_rate = coded_rate(source);
  track.channels = coded_channels(source);
  track.frame_samples = aac_frame;
  track.priming = 0;
  track.codec_data = aac_config(track.sample_rate, track.channels);
  track.caps = "audio/mpeg, mpegversion=(int)4, stream-format=(string)raw, base-profile=(string)lc, rate=(int)" +
               std::to_string(track.sample_rate) + ", channels=(int)" + std::to_string(track.channels);
  return track;
}

bool can_code(Track const& source) {
  return source.kind == Kind::audio && avcodec_find_decoder(sound_codec(source)) != nullptr;
}

Samples code_sound(Samples const& source, Segment const& segment, Time origin, bool first, bool last) {
  Samples coded{.track = coded_track(source.track)};
  auto const rate = coded.track.sample_rate;
  auto const channels = coded.track.channels;

  auto runs = line_up(decode_sound(source.track, wanted(source, segment, origin, first, last), channels), origin);
  for (auto& run : runs)
    if (source.track.sample_rate > 0) run.begin -= scale(source.track.priming, run.rate, source.track.sample_rate);

  auto begin = frame_at(segment.begin - origin, rate);
  auto end = frame_at(segment.end - origin, rate);
  if (first) begin = std::min<std::int64_t>(begin, 0);
  if (last && !runs.empty()) {
    // Some container ends are short of what follows; none by minutes.
    auto const most = end + frame_at(60s, rate);
    end = std::min(most, scale_up(end_of(runs, rate), 1, aac_frame));
  }
  end = std::max(begin, end);
  if (time_of(end - begin, rate) > 1h)
    throw std::runtime_error("a segment is longer than an hour: the film's times make no sense");

  auto const skip = std::clamp<std::int64_t>((preroll - decoder_preroll) / time_of(1, rate), 1, most_preroll);
  if (end > begin) {
    auto pcm = render(runs, channels, rate, (begin - skip) * aac_frame, (end + 2) * aac_frame);
    // What comes before the origin is what nobody should hear.
    auto const unheard = std::clamp<std::int64_t>((skip - begin) * aac_frame, 0, std::ssize(pcm[0]));
    for (auto& channel : pcm)
      if (!channel.empty()) std::fill_n(channel.begin(), unheard, 0.F);
    auto frames = encode_aac(pcm, rate, channels, static_cast<std::size_t>(skip));
    for (auto number = begin; number < end && !frames.empty(); ++number) {
      auto const index = static_cast<std::size_t>(number - begin);
      if (index >= frames.size()) throw std::runtime_error("the AAC encoder gave too few frames");
      AccessUnit unit{.pts = origin + time_of(number, rate), .key = true, .data = std::move(frames[index])};
      unit.dts = unit.pts;
      unit.duration = time_of(number + 1, rate) - time_of(number, rate);
      coded.units.push_back(std::move(unit));
    }
  }
  coded.end = origin + time_of(end, rate);
  return coded;
}

}  // namespace hls
