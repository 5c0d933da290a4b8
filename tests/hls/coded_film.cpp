// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/coded_film.hpp"

#include "hls/av_file.hpp"
#include "hls/codec_data.hpp"
#include "support/child.hpp"
#include "support/made_file.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace fs = std::filesystem;

namespace hls_test {
namespace {

using Arguments = std::vector<std::string>;

void append(Arguments& to, Arguments const& more) { to.insert(to.end(), more.begin(), more.end()); }

hls::Track track_of(AVStream const& stream) {
  auto const& from = *stream.codecpar;
  hls::Track track;
  track.id = stream.index;
  track.kind = from.codec_type == AVMEDIA_TYPE_VIDEO ? hls::Kind::video : hls::Kind::audio;
  track.codec = codec_of(from.codec_id);
  track.codec_data = config_of(from);
  track.width = from.width;
  track.height = from.height;
  track.frame_rate = {stream.avg_frame_rate.num, std::max(stream.avg_frame_rate.den, 1)};
  track.primaries = from.color_primaries;
  track.transfer = from.color_trc;
  track.matrix = from.color_space;
  track.full_range = from.color_range == AVCOL_RANGE_JPEG;
  track.sample_rate = from.sample_rate;
  track.channels = from.ch_layout.nb_channels;
  track.frame_samples = from.frame_size;
  if (auto const* language = av_dict_get(stream.metadata, "language", nullptr, 0)) track.language = language->value;
  if (track.codec == hls::Codec::vp9 || track.codec == hls::Codec::ac3 || track.codec == hls::Codec::eac3)
    track.codec_data.clear();
  if (track.codec == hls::Codec::mpeg2) track.codec_data.clear();
  return track;
}

}  // namespace

fs::path coded_film(std::string const& name, Arguments const& video, Arguments const& audio, int seconds) {
  auto const length = std::to_string(seconds);
  Arguments all;
  if (!video.empty()) append(all, {"-f", "lavfi", "-i", "testsrc2=s=160x90:r=25:d=" + length});
  if (!audio.empty()) append(all, {"-f", "lavfi", "-i", "sine=frequency=440:sample_rate=48000:duration=" + length});
  append(all, video);
  append(all, audio);
  append(all, {"-strict", "-2"});
  return support::made_by_ffmpeg(name, all);
}

std::vector<hls::Track> LocalFilm::tracks() const {
  std::vector<hls::Track> all;
  for (auto const& one : samples) all.push_back(one.track);
  return all;
}

hls::Cut LocalFilm::cut(std::size_t index) const {
  bool const first = index == 0, last = index + 1 == segments.size();
  auto const& segment = segments.at(index);
  hls::Cut cut;
  for (auto const& all : samples) {
    hls::Samples part{all.track, {}, segment.end};
    auto const& units = all.units;
    auto begin = units.begin(), end = units.end();
    if (all.track.kind == hls::Kind::video) {
      auto const key_at = [&](hls::Time time) {
        return std::find_if(units.begin(), units.end(), [&](auto const& unit) { return unit.key && unit.pts == time; });
      };
      if (!first) begin = key_at(segment.begin);
      if (!last) end = key_at(segment.end);
      part.end = end == units.end() ? all.end : end->dts;
    } else {
      auto const from = [&](hls::Time time) {
        return std::find_if(units.begin(), units.end(), [&](auto const& unit) { return unit.pts >= time; });
      };
      if (!first) begin = from(segment.begin);
      if (!last) end = from(segment.end);
      part.end = end == units.end() ? all.end : end->pts;
    }
    part.units.assign(begin, end);
    cut.push_back(std::move(part));
  }
  return cut;
}

LocalFilm read_film(fs::path const& path, hls::Time target) {
  auto const file = open_av(path);
  LocalFilm film;
  std::vector<hls::Samples> by_stream;
  for (unsigned i = 0; i < file->nb_streams; ++i) by_stream.push_back({track_of(*file->streams[i]), {}, {}});
  each_packet(*file, [&](AVPacket const& packet) {
    auto& to = by_stream[static_cast<std::size_t>(packet.stream_index)];
    auto const base = file->streams[packet.stream_index]->time_base;
    hls::AccessUnit unit;
    unit.pts = time_of(packet.pts, base);
    unit.dts = time_of(packet.dts, base);
    unit.duration = time_of(packet.duration, base);
    unit.key = (packet.flags & AV_PKT_FLAG_KEY) != 0;
    unit.data.assign(packet.data, packet.data + packet.size);
    if (to.units.empty() && to.track.codec_data.empty())
      to.track.codec_data = hls::codec_data_from(to.track, unit.data);
    to.end = (to.track.kind == hls::Kind::video ? unit.dts : unit.pts) + unit.duration;
    to.units.push_back(std::move(unit));
  });
  std::stable_sort(by_stream.begin(), by_stream.end(),
                   [](auto const& a, auto const& b) { return a.track.kind < b.track.kind; });
  film.samples = std::move(by_stream);

  auto const& main = film.samples.at(0);
  film.timeline.start = hls::Time::max();
  for (auto const& unit : main.units) {
    film.timeline.start = std::min(film.timeline.start, unit.pts);
    film.timeline.end = std::max(film.timeline.end, unit.pts + unit.duration);
    auto const spaced = film.timeline.key_frames.empty() ||
                        unit.pts - film.timeline.key_frames.back().time >= std::chrono::milliseconds(500);
    if (unit.key && (main.track.kind == hls::Kind::video || spaced)) film.timeline.key_frames.push_back({unit.pts, 0});
  }
  film.segments = hls::plan(film.timeline, target);
  return film;
}

std::multimap<std::int64_t, std::string> pictures(fs::path const& path, std::string const& stream) {
  auto const ran = support::run({"ffmpeg", "-nostdin", "-v", "error", "-copyts", "-noautorotate", "-i", path.string(),
                                 "-map", "0:" + stream, "-fps_mode", "passthrough", "-enc_time_base", "1:90000",
                                 "-pix_fmt", "yuv420p", "-f", "framemd5", "-"});
  EXPECT_TRUE(ran.ok());
  EXPECT_EQ(ran.err, "") << path;
  std::multimap<std::int64_t, std::string> found;
  std::istringstream lines(ran.out);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') continue;
    std::replace(line.begin(), line.end(), ',', ' ');
    std::istringstream fields(line);
    std::int64_t index = 0, dts = 0, pts = 0, duration = 0, size = 0;
    std::string hash;
    fields >> index >> dts >> pts >> duration >> size >> hash;
    found.emplace(pts, hash);
  }
  return found;
}

std::string sound(fs::path const& path, std::string const& stream) {
  auto const ran =
      support::run({"ffmpeg", "-nostdin", "-v", "error", "-flags2", "+skip_manual", "-i", path.string(), "-map",
                    "0:" + stream, "-af", "aresample=async=0", "-c:a", "pcm_s32le", "-f", "md5", "-"});
  EXPECT_TRUE(ran.ok());
  EXPECT_EQ(ran.err, "") << path;
  return ran.out;
}

std::string probe(Arguments arguments, fs::path const& path) {
  Arguments command{"ffprobe", "-v", "warning"};
  append(command, arguments);
  command.push_back(path.string());
  auto const ran = support::run(command);
  EXPECT_TRUE(ran.ok());
  EXPECT_EQ(ran.err, "") << path;
  return ran.out;
}

void write(fs::path const& path, std::vector<hls::Bytes> const& parts) {
  std::ofstream out(path, std::ios::binary);
  for (auto const& part : parts)
    out.write(reinterpret_cast<char const*>(part.data()), static_cast<std::streamsize>(part.size()));
}

}  // namespace hls_test
