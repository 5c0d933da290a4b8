// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/bandwidth.hpp"

#include <algorithm>
#include <cmath>

namespace hls {
namespace {

using Seconds = std::chrono::duration<double>;

constexpr double margin = 1.5;  ///< of a segment whose bytes nobody knows, over the average
constexpr double least = 0.001;

double seconds(Segment const& segment) { return std::max(Seconds(segment.end - segment.begin).count(), least); }

/// Access units of all tracks in a second.
double units_of(std::vector<Track> const& tracks) {
  double units = 0;
  for (auto const& track : tracks) {
    auto const& rate = track.frame_rate;
    if (track.kind == Kind::video)
      units += rate.frames > 0 && rate.seconds > 0 ? static_cast<double>(rate.frames) / rate.seconds : 30;
    else
      units += track.frame_samples > 0 ? static_cast<double>(track.sample_rate) / track.frame_samples : 50;
  }
  return units;
}

/// What packaging makes of a segment of the film's bytes: headers by packet and access unit, tables by segment.
double packaged(double bytes, double duration, double units, std::size_t tracks, Packaging packaging) {
  auto const count = static_cast<double>(tracks);
  if (packaging == Packaging::fmp4) return bytes + 16 * units * duration + 100 * count + 60;
  // Per PES a header, half a packet of stuffing and 7 bytes of ADTS; to a multiple of 16 packets per track.
  return bytes * 188 / 184 + 130 * units * duration + 188 * (2 + 15 * count);
}

/// Bytes of each segment: as the index tells, else a share of what is left.
std::vector<double> sizes(std::vector<Segment> const& segments, double file_size) {
  double known = 0, known_time = 0, whole_time = 0;
  for (auto const& segment : segments) {
    whole_time += seconds(segment);
    if (segment.bytes <= 0) continue;
    known += static_cast<double>(segment.bytes);
    known_time += seconds(segment);
  }
  auto const unknown_time = std::max(whole_time - known_time, least);
  // The end of a file may also hold its index: nothing says that these are film.
  auto const left = std::max(file_size - known, 0.0) / unknown_time;
  auto const usual = file_size / std::max(whole_time, least);
  std::vector<double> found;
  for (auto const& segment : segments)
    found.push_back(segment.bytes > 0 ? static_cast<double>(segment.bytes)
                                      : std::min(left, usual) * margin * seconds(segment));
  return found;
}

/// The highest rate of segments in a row that last 0.5 to 1.5 target durations together (the RFC's peak segment bit
/// rate), or of one that is longer alone.
double peak_rate(std::vector<Segment> const& segments, std::vector<double> const& bytes) {
  double target = 0;
  for (auto const& segment : segments) target = std::max(target, std::ceil(seconds(segment)));
  double peak = 0;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    double sum = 0, time = 0;
    for (std::size_t j = i; j < segments.size() && (j == i || time + seconds(segments[j]) <= 1.5 * target); ++j) {
      sum += bytes[j];
      time += seconds(segments[j]);
      if (time >= 0.5 * target || segments.size() == 1) peak = std::max(peak, sum / time);
    }
  }
  return peak;
}

}  // namespace

Bandwidth bandwidth(std::vector<Segment> const& segments, std::int64_t file_size, std::vector<Track> const& tracks,
                    Packaging packaging, std::int64_t left_out) {
  auto bytes = sizes(segments, static_cast<double>(file_size));
  auto const units = units_of(tracks);
  double sum = 0, time = 0;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    auto const duration = seconds(segments[i]);
    auto const film = std::max(bytes[i] - static_cast<double>(left_out) / 8 * duration, 0.0);
    bytes[i] = packaged(film, duration, units, tracks.size(), packaging);
    time += duration;
  }
  for (std::size_t i = 0; i < segments.size(); ++i)
    sum += segments[i].bytes > 0 || file_size <= 0 ? bytes[i] : bytes[i] / margin;
  auto const peak = std::ceil(8 * peak_rate(segments, bytes));
  auto const average = std::ceil(8 * sum / std::max(time, least));
  return {static_cast<std::int64_t>(std::max(peak, average)), static_cast<std::int64_t>(average)};
}

}  // namespace hls
