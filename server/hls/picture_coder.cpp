// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/picture_coder.hpp"

#include "hls/byte_source.hpp"
#include "hls/h264_encoder.hpp"
#include "hls/low_priority.hpp"
#include "hls/picture_decoder.hpp"
#include "hls/picture_filter.hpp"

#include <cmath>
#include <utility>

namespace hls {
namespace {

using namespace std::chrono_literals;

/// Containers round.
constexpr Time tolerance = 1ms;

Rate known(Rate rate) { return rate.frames > 0 && rate.seconds > 0 ? rate : Rate{25, 1}; }
double per_second(Rate rate) { return static_cast<double>(rate.frames) / rate.seconds; }
Time length(Rate rate) { return Time(std::llround(1e9 / per_second(rate))); }
int even(double size) { return std::max(2, 2 * static_cast<int>(std::lround(size / 2))); }

/// Upright, with square pixels, and not too large.
void shape(Track& track, PictureLimits const& limits) {
  double width = track.width;
  double height = track.height;
  if (track.pixel_width > 0 && track.pixel_height > 0)
    width *= static_cast<double>(track.pixel_width) / track.pixel_height;
  if (track.rotation == 90 || track.rotation == 270) std::swap(width, height);
  auto const most = limits.height * 16. / 9 * limits.height;
  auto const scale = std::min(1., std::sqrt(most / (width * height)));
  track.width = even(width * scale);
  track.height = even(height * scale);
  track.rotation = 0;
  track.pixel_width = track.pixel_height = 1;
}

/// Half as many pixels want more than half of the bits.
int bit_rate(Track const& track, PictureLimits const& limits) {
  auto const most = limits.height * 16. / 9 * limits.height;
  auto const share = std::pow(track.width * (track.height / most), 0.75);
  return std::clamp(static_cast<int>(std::lround(limits.kbit * share)), std::min(800, limits.kbit), limits.kbit);
}

/// One segment's way through decoder, filter and encoder.
class Coding {
 public:
  Coding(Track const& source, Track const& track, PictureLimits const& limits, int every)
      : source_(source),
        track_(track),
        every_(every),
        encoder_(track, limits),
        filter_(track.width, track.height, source.rotation, [this](AVFrame& frame) { encode(frame); }) {}

  Samples run(std::vector<AccessUnit> const& units, Segment const& segment, bool first, bool last,
              std::stop_token const& cancelled) {
    from_ = first ? Time::min() : segment.begin - tolerance;
    to_ = last ? Time::max() : segment.end - tolerance;
    begin_ = segment.begin;
    decode_pictures(source_, units, segment.begin, length(known(source_.frame_rate)), [&](AVFrame& frame, Time time) {
      if (cancelled.stop_requested()) throw Cancelled();
      return take(frame, time);
    });
    if (!began_ && before_) filter_.give(*before_);
    filter_.finish();
    if (count_ == 0) stand_in();
    return collect(segment, last);
  }

 private:
  /// The deinterlacer wants one picture more at either end.
  bool take(AVFrame& frame, Time time) {
    frame.pts = time.count();
    if (time < from_) {
      before_.reset(av_frame_clone(&frame));
      return true;
    }
    if (!std::exchange(began_, true) && before_) filter_.give(*before_);
    filter_.give(frame);
    return time < to_;
  }

  void encode(AVFrame& frame) {
    Time const time(frame.pts);
    if (time < from_ || time >= to_) {
      // Stands for the segment's pictures if there are none: rather the one before than the one after.
      if (time < from_ || !spare_) spare_.reset(av_frame_clone(&frame));
      return;
    }
    // Counted from the segment's beginning, so that its first one stays.
    if (every_ > 1 && count_ > 0) {
      auto const number =
          std::llround(std::chrono::duration<double>(time - first_).count() * per_second(known(source_.frame_rate)));
      if (number % every_ != 0) return;
    }
    if (count_++ == 0) first_ = time;
    encoder_.give(frame, time);
  }

  void stand_in() {
    if (!spare_) {
      spare_ = av::frame();
      spare_->width = track_.width;
      spare_->height = track_.height;
      spare_->format = AV_PIX_FMT_YUV420P;
      av::check(av_frame_get_buffer(spare_.get(), 0), "picture");
      for (int plane = 0; plane < 3; ++plane) {
        auto const rows = plane == 0 ? track_.height : (track_.height + 1) / 2;
        std::fill_n(spare_->data[plane], static_cast<std::ptrdiff_t>(spare_->linesize[plane]) * rows,
                    static_cast<std::uint8_t>(plane == 0 ? 16 : 128));
      }
    }
    encoder_.give(*spare_, begin_);
  }

  Samples collect(Segment const& segment, bool last) {
    Samples coded{.track = track_, .units = encoder_.finish()};
    auto& units = coded.units;
    if (units.empty()) throw std::runtime_error("x264 gave no picture");
    auto const one = length(track_.frame_rate);
    coded.end = last ? units.back().pts + one : std::max(segment.end, units.back().pts + tolerance);
    for (std::size_t i = 0; i < units.size(); ++i)
      units[i].duration = (i + 1 < units.size() ? units[i + 1].pts : coded.end) - units[i].pts;
    return coded;
  }

  Track const& source_;
  Track const& track_;
  int every_;
  H264Encoder encoder_;
  PictureFilter filter_;
  Time from_{}, to_{}, begin_{}, first_{};
  bool began_ = false;
  int count_ = 0;
  av::Frame before_, spare_;
};

}  // namespace

PictureCoder::PictureCoder(Track const& source, PictureLimits const& limits)
    : source_(source), limits_(limits), track_(source) {
  if (!can_code(source)) throw std::runtime_error(std::string("there is no decoder for ") + name_of(source.codec));
  if (source.width <= 0 || source.height <= 0) throw std::runtime_error("the size of the picture is unknown");
  auto const rate = known(source.frame_rate);
  every_ = std::max(1, static_cast<int>(std::ceil(per_second(rate) / (limits.frame_rate * 1.05))));
  track_.frame_rate = {rate.frames, rate.seconds * every_};
  track_.codec = Codec::h264;
  track_.full_range = false;
  shape(track_, limits_);
  limits_.kbit = bit_rate(track_, limits_);
  track_.codec_data = H264Encoder(track_, limits_).avcc();
  track_.caps = "video/x-h264, stream-format=(string)avc, alignment=(string)au, width=(int)" +
                std::to_string(track_.width) + ", height=(int)" + std::to_string(track_.height);
}

bool PictureCoder::can_code(Track const& source) {
  return source.kind == Kind::video && avcodec_find_decoder(picture_codec(source)) != nullptr;
}

std::int64_t PictureCoder::most_bits(Time length) const {
  // Each segment begins with a full buffer (H264Encoder).
  return static_cast<std::int64_t>(limits_.kbit * 1000. * std::chrono::duration<double>(length + 2s).count());
}

Samples PictureCoder::code(Samples const& source, Segment const& segment, bool first, bool last,
                           std::stop_token cancelled) const {
  Samples coded;
  at_low_priority(
      [&] { coded = Coding(source_, track_, limits_, every_).run(source.units, segment, first, last, cancelled); });
  return coded;
}

}  // namespace hls
