// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/still.hpp"

#include "hls/cutter.hpp"
#include "hls/key_picture.hpp"
#include "hls/low_priority.hpp"
#include "hls/picture_coder.hpp"
#include "hls/picture_decoder.hpp"
#include "hls/picture_filter.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

extern "C" {
#include <libavutil/pixdesc.h>
}

namespace hls {
namespace {

using namespace std::chrono_literals;

/// Containers round.
constexpr Time tolerance = 2ms;
constexpr int highest = 4096;

std::size_t segment_of(Facts const& facts, Time time) {
  auto const after = std::upper_bound(facts.segments.begin(), facts.segments.end(), time,
                                      [](Time t, Segment const& each) { return t < each.begin; });
  return static_cast<std::size_t>(std::max<std::ptrdiff_t>(after - facts.segments.begin() - 1, 0));
}

/// A time of the film as the recording sees it that it is in.
struct Place {
  Place(Facts const& film, Time at) : facts(&film), time(at), segment(segment_of(film, at)) {
    if (auto const* reel = film.reel(segment)) {
      facts = reel->facts.get();
      shift = reel->shift;
    }
    time = std::clamp(at - shift, facts->timeline.start, facts->timeline.end);
  }

  /// nullopt: there is no list of key frames.
  [[nodiscard]] std::optional<Time> key_frame() const {
    auto const& keys = facts->timeline.key_frames;
    if (facts->timeline.precision != Timeline::Precision::exact || keys.empty()) return std::nullopt;
    auto const after = std::upper_bound(keys.begin(), keys.end(), time + tolerance,
                                        [](Time t, KeyFrame const& key) { return t < key.time; });
    return after == keys.begin() ? keys.front().time : std::prev(after)->time;
  }

  Facts const* facts;
  Time time, shift{};
  std::size_t segment;  ///< of the film
};

/// Takes the key picture of a time, and nothing that follows.
class KeyPicture final : public Demuxer::Taker {
 public:
  KeyPicture(int track, Time time) : track_(track), time_(time) {}

  Demuxer::Take take(Track const& track, AccessUnit&& unit) override {
    if (track.id != track_ || unit.pts < time_ - tolerance) return Demuxer::Take::more;
    if (!unit.key || !is_key_picture(track.codec, unit.data).value_or(true))
      return unit.pts > time_ + 10s ? Demuxer::Take::stop : Demuxer::Take::more;
    picture.track = track;
    picture.units.push_back(std::move(unit));
    return Demuxer::Take::stop;
  }

  Samples picture;

 private:
  int const track_;
  Time const time_;
};

/// Where there is no list: what a decoder wants for the pictures at that time.
Samples pictures_at(Demuxer& demuxer, Place const& place, int track) {
  auto const& [start, end] = std::pair(place.facts->timeline.start, place.facts->timeline.end);
  auto const frame = std::max<Time>(place.facts->measures.frame, 1ms);
  std::vector<Segment> segments;
  if (place.time > start) segments.push_back({start, place.time});
  segments.push_back({place.time, place.time + frame});
  if (place.time + frame < end) segments.push_back({place.time + frame, end});
  Cutter const cutter(place.facts->timeline, place.facts->measures, segments);
  return cutter.pictures(demuxer, place.time > start ? 1 : 0, track);
}

/// The first picture that was coded by itself, else the first one.
Still decoded(Samples& samples, Place const& place) {
  Still still;
  auto start = place.time;
  // Of a single one nothing has to be told from the others' times.
  if (samples.units.size() == 1 && samples.units[0].pts != unknown_time)
    start = std::exchange(samples.units[0].pts, unknown_time);
  decode_pictures(samples.track, samples.units, start, std::max<Time>(place.facts->measures.frame, 1ms),
                  [&](AVFrame& frame, Time time) {
                    bool const key = frame.key_frame || frame.pict_type == AV_PICTURE_TYPE_I;
                    if (key || !still.picture) {
                      still.picture.reset(av_frame_clone(&frame));
                      still.at = time + place.shift;
                    }
                    return !key;
                  });
  return still;
}

/// As it is shown.
av::Frame shaped(AVFrame& frame, Track const& track, int rotation, int most_width) {
  double width = frame.width, height = frame.height;
  if (track.pixel_width > 0 && track.pixel_height > 0)
    width *= static_cast<double>(track.pixel_width) / track.pixel_height;
  if (rotation % 180 != 0) std::swap(width, height);
  auto const even = [](double size) { return std::clamp(2 * static_cast<int>(std::lround(size / 2)), 2, highest); };
  auto const wanted = std::min<double>(most_width, width);
  // What nobody has said of a large picture is BT.709.
  auto const* format = av_pix_fmt_desc_get(static_cast<AVPixelFormat>(frame.format));
  if (frame.colorspace == AVCOL_SPC_UNSPECIFIED && frame.height >= 720 && format &&
      !(format->flags & AV_PIX_FMT_FLAG_RGB))
    frame.colorspace = AVCOL_SPC_BT709;
  av::Frame made;
  PictureFilter filter(
      even(wanted), even(wanted * height / width), rotation,
      [&](AVFrame& picture) {
        if (!made) made.reset(av_frame_clone(&picture));
      },
      PictureFilter::For::jpeg);
  filter.give(frame);
  filter.finish();
  return made;
}

Samples key_frame(Demuxer& demuxer, Place const& place, int track) {
  if (auto const time = place.key_frame()) {
    KeyPicture taker(track, *time);
    demuxer.read(*time, {track}, taker);
    return std::move(taker.picture);
  }
  auto samples = pictures_at(demuxer, place, track);
  auto& units = samples.units;
  auto const last = std::find_if(units.rbegin(), units.rend(), [&](AccessUnit const& unit) {
    return unit.key && unit.pts != unknown_time && unit.pts <= place.time + tolerance;
  });
  if (last == units.rend()) return {};
  return {samples.track, {std::move(*last)}, samples.end};
}

/// Of which the first one is as near as can be.
Samples segment_at(Demuxer& demuxer, Place const& place, int track) {
  auto const& facts = *place.facts;
  auto cut =
      Cutter(facts.timeline, facts.measures, facts.segments).cut(demuxer, segment_of(facts, place.time), {track});
  return cut.empty() ? Samples{} : std::move(cut.front());
}

}  // namespace

std::optional<Time> key_frame_at(Facts const& facts, Time at) {
  Place const place(facts, at);
  auto const key = place.key_frame();
  return key ? std::optional(*key + place.shift) : std::nullopt;
}

Still take_still(std::shared_ptr<ByteSource> const& source, Facts const& facts, Time at, int width,
                 std::stop_token const& cancelled) {
  Place const place(facts, at);
  auto const* video = place.facts->video();
  if (!video) throw DemuxFailed("This part of the film has no picture.");
  auto const demuxer = hls::open(source, facts, place.segment);
  std::stop_callback const end(cancelled, [&] { demuxer->cancel(); });
  Still still;
  // A decoder may want more than what is called a key frame, and a film without an index lose the first one.
  for (auto const read : {&key_frame, &pictures_at, &segment_at}) {
    auto samples = read(*demuxer, place, video->id);
    if (samples.units.empty()) continue;
    if (samples.track.codec_data.empty() && samples.track.codec == Codec::av1)
      samples.track.codec_data = place.facts->timeline.av1_config;
    at_low_priority([&] {
      still = decoded(samples, place);
      int const turned = samples.track.rotation ? samples.track.rotation : place.facts->timeline.rotation;
      if (still.picture) still.picture = shaped(*still.picture, samples.track, turned, width);
    });
    if (still.picture) return still;
  }
  throw DemuxFailed("No picture can be read at this place.");
}

double contrast(AVFrame const& picture) {
  double sum = 0, squares = 0;
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < picture.width; ++x) {
      double const light = picture.data[0][y * picture.linesize[0] + x];
      sum += light;
      squares += light * light;
    }
  auto const count = static_cast<double>(picture.width) * picture.height;
  return std::sqrt(std::max(squares / count - sum / count * sum / count, 0.));
}

}  // namespace hls
