// SPDX-License-Identifier: LGPL-2.1-or-later
// Films whose pictures are coded anew, from the file to the segments: each picture at its time, in step with the sound,
// the same bytes whatever was made before.
#include "hls/av_file.hpp"
#include "hls/file_source.hpp"
#include "hls/films.hpp"
#include "hls/packager.hpp"
#include "support/media.hpp"
#include "support/temp_dir.hpp"

#include <gst/gst.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numeric>
#include <random>

namespace {

using namespace std::chrono_literals;
using namespace hls_test;

constexpr int seconds = 20, fps = 25;

struct Case {
  std::string name, arguments;
  bool fmp4 = false;
};

std::string const mpeg2 = "-c:v mpeg2video -bf 2 -g 15 -q:v 3 ";
std::string const h264 = "-c:v libx264 -preset superfast -bf 3 -g 50 ";

std::vector<Case> cases() {
  return {
      {"dvd.vob", mpeg2 + "-c:a ac3 -f vob"},
      {"program.mpg", mpeg2 + "-c:a mp2"},
      {"late.mpg", mpeg2 + "-c:a mp2 -output_ts_offset 3000"},
      {"mpeg1.mpg", "-c:v mpeg1video -bf 2 -g 15 -q:v 3 -c:a mp2 -f mpeg"},
      {"wmv2.wmv", "-c:v wmv2 -q:v 3 -g 50 -c:a wmav2"},
      // With MP3, which begins before the picture, ffmpeg may leave a hole behind the first one: hence PCM.
      {"asp.avi", "-c:v mpeg4 -bf 2 -q:v 3 -g 50 -c:a libmp3lame"},
      {"asp-far.avi", "-c:v mpeg4 -bf 2 -q:v 3 -g 300 -c:a libmp3lame"},
      // Without B pictures: before the first one ffmpeg leaves a hole, wherever it is.
      {"xvid.avi", "-c:v libxvid -bf 0 -q:v 3 -g 50 -c:a pcm_s16le"},
      {"plain-asp.avi", "-c:v mpeg4 -q:v 3 -g 50 -c:a pcm_s16le"},
      {"h264.avi", h264 + "-c:a libmp3lame"},
      {"h264-open.avi", h264 + "-x264-params open-gop=1:keyint=48:min-keyint=24:bframes=3 -c:a libmp3lame"},
      {"theora.ogv", "-c:v libtheora -q:v 6 -g 50 -c:a libvorbis"},
      {"theora.mkv", "-c:v libtheora -q:v 6 -g 50 -c:a libvorbis"},
      {"mpeg2.ts", mpeg2 + "-c:a mp2"},
      {"mpeg2.mkv", mpeg2 + "-c:a ac3"},
      {"asp.mp4", "-c:v mpeg4 -bf 2 -q:v 3 -g 50 -c:a aac"},
      {"vp9.webm", "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 50 -c:a libopus"},
      {"hevc.mp4", "-c:v libx265 -preset ultrafast -x265-params log-level=none:keyint=50:open-gop=1 -c:a aac", true},
      {"deep.mkv", h264 + "-pix_fmt yuv420p10le -c:a aac", true},
      {"av1.mp4", "-c:v libaom-av1 -usage realtime -cpu-used 8 -g 50 -c:a aac", true},
      {"mjpeg.mov", "-c:v mjpeg -q:v 3 -c:a pcm_s16le"},
      {"divx3.avi", "-c:v msmpeg4 -q:v 3 -g 50 -c:a pcm_s16le"},
      {"msmpeg4.wmv", "-c:v msmpeg4v2 -q:v 3 -g 50 -c:a wmav2"},
      {"ffv1.mkv", "-c:v ffv1 -c:a pcm_s16le"},
  };
}

std::filesystem::path made(Case const& one) {
  auto const from = support::media_file({.seconds = seconds, .fps = fps, .gop = 25, .kbit = 1500});
  return remade(one.name, from,
                "-f lavfi -i aevalsrc=0.5*sin(2*PI*880*t)*lt(mod(t\\,1)\\,0.1):s=48000:d=" + std::to_string(seconds) +
                    " -map 0:v -map 1:a " + one.arguments);
}

/// Opened anew each time: nothing is left of what was made before.
struct Opened {
  std::shared_ptr<FileSource> source;
  std::unique_ptr<hls::Demuxer> demuxer;
  std::shared_ptr<hls::Facts const> facts;
};
Opened open(std::filesystem::path const& film) {
  Opened opened;
  opened.source = std::make_shared<FileSource>(film);
  opened.facts = hls::learn(opened.source, film.filename(), true, opened.demuxer);
  return opened;
}

hls::Rendition rendition_of(hls::Facts const& facts, bool fmp4) {
  hls::Rendition rendition{.packaging = fmp4 ? hls::Packaging::fmp4 : hls::Packaging::ts,
                           .video = hls::Part{facts.video()->id, true}};
  for (auto const& track : facts.tracks)
    if (track.kind == hls::Kind::audio && !rendition.sound && !fmp4) {
      bool const passes = track.codec == hls::Codec::mp3 || track.codec == hls::Codec::ac3;
      rendition.sound = hls::Part{track.id, !passes};
    }
  return rendition;
}

struct Shown {
  double time;
  int number;
};
struct Played {
  std::vector<Shown> pictures;
  std::vector<double> beeps;  ///< where each begins
};

/// Decodes all that is in a file.
class Player {
 public:
  explicit Player(std::filesystem::path const& path) : file_(open_av(path)) {
    for (unsigned i = 0; i < file_->nb_streams; ++i) {
      auto const& parameters = *file_->streams[i]->codecpar;
      decoders_.push_back(decoder_of(parameters.codec_id, config_of(parameters)));
    }
  }

  Played run() {
    each_packet(*file_, [&](AVPacket const& packet) {
      auto const index = static_cast<std::size_t>(packet.stream_index);
      if (index >= decoders_.size()) return;
      EXPECT_GE(avcodec_send_packet(decoders_[index].get(), &packet), 0);
      receive(index);
    });
    for (std::size_t i = 0; i < decoders_.size(); ++i) {
      avcodec_send_packet(decoders_[i].get(), nullptr);
      receive(i);
    }
    return std::move(played_);
  }

 private:
  void receive(std::size_t index) {
    auto const base = file_->streams[index]->time_base;
    while (avcodec_receive_frame(decoders_[index].get(), frame_.get()) == 0) {
      auto const time = static_cast<double>(frame_->pts) * av_q2d(base);
      if (decoders_[index]->codec_type == AVMEDIA_TYPE_VIDEO)
        played_.pictures.push_back(
            {time,
             support::frame_number({frame_->data[0], static_cast<std::size_t>(frame_->linesize[0] * frame_->height)},
                                   static_cast<std::size_t>(frame_->linesize[0]), frame_->width, frame_->height)
                 .value_or(-1)});
      else
        hear(time);
    }
  }

  /// Planar floats: all decoders here give them.
  void hear(double time) {
    if (frame_->format != AV_SAMPLE_FMT_FLTP) throw std::runtime_error("not planar floats");
    auto const* samples = reinterpret_cast<float const*>(frame_->data[0]);
    for (int i = 0; i < frame_->nb_samples; ++i) {
      auto const at = time + static_cast<double>(i) / frame_->sample_rate;
      if (std::abs(samples[i]) < 0.15F) continue;
      if (at > loud_ + 0.3) played_.beeps.push_back(at);
      loud_ = at;
    }
  }

  AvFile file_;
  std::vector<hls::av::Codec> decoders_;
  hls::av::Frame frame_ = hls::av::frame();
  Played played_;
  double loud_ = -1;
};

/// In the film.
std::size_t coded_pictures(std::filesystem::path const& path) {
  auto const file = open_av(path);
  std::size_t count = 0;
  each_packet(*file, [&](AVPacket const& packet) {
    auto const kind = file->streams[packet.stream_index]->codecpar->codec_type;
    count += kind == AVMEDIA_TYPE_VIDEO && packet.size > 0;
  });
  return count;
}

/// All that coding depends on.
std::string digest(hls::Material const& material) {
  std::string all;
  auto const add = [&](hls::Samples const& samples) {
    all += samples.track.caps + " " + std::to_string(samples.end.count()) + "\n";
    for (auto const& unit : samples.units) {
      auto const hash = std::hash<std::string>()(std::string(unit.data.begin(), unit.data.end()));
      all += std::to_string(unit.pts.count()) + (unit.key ? " key " : " ") + std::to_string(hash) + "\n";
    }
  };
  add(material.pictures);
  for (auto const& samples : material.sound) add(samples);
  return all;
}

class CodedVideo : public testing::TestWithParam<Case> {};

TEST_P(CodedVideo, IsRightAtItsTimesInAnyOrder) {
  auto const& param = GetParam();
  auto const path = made(param);
  auto const first = open(path);
  auto const& facts = *first.facts;
  auto const rendition = rendition_of(facts, param.fmp4);
  auto const count = hls::segments_of(rendition, facts).size();
  ASSERT_GE(count, 2U);
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), std::mt19937(7));

  std::vector<hls::Bytes> made(count);
  std::vector<std::string> materials(count);
  auto const make = [&](Opened const& from, std::size_t index, std::string& read) {
    hls::Item const item{.rendition = rendition, .index = index};
    auto material = hls::gather(item, *from.facts, *from.demuxer);
    read = digest(material);
    return hls::package(item, *from.facts, std::move(material), {});
  };
  for (auto const index : order) made[index] = make(first, index, materials[index]);
  auto const second = open(path);
  EXPECT_EQ(to_text(*second.facts), to_text(facts));
  for (auto index = count; index-- > 0;) {
    std::string read;
    auto const again = make(second, index, read);
    EXPECT_EQ(read, materials[index]) << index;
    EXPECT_TRUE(again == made[index]) << "segment " << index << " is coded otherwise";
  }

  support::TempDir const folder("joined");
  auto const joined = std::filesystem::path(folder / (param.fmp4 ? "film.mp4" : "film.ts"));
  {
    std::ofstream file(joined, std::ios::binary);
    if (param.fmp4) {
      auto const init = hls::package({.rendition = rendition, .init = true}, facts, *first.demuxer);
      file.write(reinterpret_cast<char const*>(init.data()), static_cast<std::streamsize>(init.size()));
    }
    for (auto const& bytes : made)
      file.write(reinterpret_cast<char const*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
  auto const played = Player(joined).run();
  // libxvid keeps some to itself.
  ASSERT_EQ(played.pictures.size(), coded_pictures(path));
  auto const origin = played.pictures.front().time;
  int wrong = 0;
  for (std::size_t i = 0; i < played.pictures.size(); ++i) {
    auto const& picture = played.pictures[i];
    bool const right = picture.number == static_cast<int>(i) &&
                       std::abs(picture.time - origin - static_cast<double>(i) / fps) < 0.0021;
    if (!right && wrong++ < 5)
      ADD_FAILURE() << "picture " << i << " is " << picture.number << " at " << picture.time - origin;
  }
  EXPECT_EQ(wrong, 0);
  if (param.fmp4) return;
  ASSERT_GE(static_cast<int>(played.beeps.size()), seconds - 1);
  for (auto const beep : played.beeps) {
    auto const since = beep - origin;
    EXPECT_LT(std::abs(since - std::round(since)), 0.04) << "a beep at " << since;
  }
}

INSTANTIATE_TEST_SUITE_P(All, CodedVideo, testing::ValuesIn(cases()), [](auto const& info) {
  auto name = info.param.name;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return !std::isalnum(static_cast<unsigned char>(c)); }, '_');
  return name;
});

}  // namespace
