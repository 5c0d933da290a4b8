// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/picture_coder.hpp"

#include "hls/av_file.hpp"
#include "hls/byte_source.hpp"
#include "support/child.hpp"
#include "support/made_file.hpp"
#include "support/media.hpp"

#include <gst/gst.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <random>

using namespace std::chrono_literals;
namespace fs = std::filesystem;

namespace {

struct Recipe {
  std::string name, extension;
  hls::Codec codec;
  std::vector<std::string> encoder;
  std::string caps;
  int fps = 25;
  /// What the demuxer of such a container tells of time.
  enum class Times { all, ascending, of_some_key_frames, none } times = Times::all;
};

using Times = Recipe::Times;
std::vector<std::string> const x264{"-c:v", "libx264", "-preset", "veryfast", "-g", "25"};

Recipe const recipes[] = {
    {"mpeg2-ts", "ts", hls::Codec::mpeg2, {"-c:v", "mpeg2video", "-bf", "2", "-g", "12", "-q:v", "3"}, ""},
    {"mpeg2-ps",
     "mpg",
     hls::Codec::mpeg2,
     {"-c:v", "mpeg2video", "-bf", "2", "-g", "12", "-q:v", "3"},
     "",
     25,
     Times::of_some_key_frames},
    {"mpeg1-ps",
     "mpg",
     hls::Codec::mpeg2,
     {"-c:v", "mpeg1video", "-g", "12", "-q:v", "3"},
     "video/mpeg, mpegversion=(int)1",
     25,
     Times::of_some_key_frames},
    {"wmv2", "asf", hls::Codec::wmv, {"-c:v", "wmv2", "-g", "25", "-q:v", "3"}, "video/x-wmv, wmvversion=(int)2"},
    {"asp", "avi", hls::Codec::mpeg4, {"-c:v", "mpeg4", "-bf", "2", "-g", "25", "-q:v", "3"}, "", 25, Times::ascending},
    {"xvid",
     "avi",
     hls::Codec::mpeg4,
     {"-c:v", "libxvid", "-bf", "2", "-g", "25", "-q:v", "3"},
     "",
     25,
     Times::ascending},
    {"h264-avi", "avi", hls::Codec::h264, x264, "", 25, Times::ascending},
    {"h264-no-times", "avi", hls::Codec::h264, x264, "", 25, Times::none},
    {"h264", "mkv", hls::Codec::h264, x264, ""},
    {"h264-open",
     "mkv",
     hls::Codec::h264,
     {"-c:v", "libx264", "-x264-params", "open-gop=1:keyint=25:min-keyint=25"},
     ""},
    {"h264-60", "mkv", hls::Codec::h264, x264, "", 60},
    {"h264-10bit",
     "mkv",
     hls::Codec::h264,
     {"-c:v", "libx264", "-preset", "veryfast", "-g", "25", "-pix_fmt", "yuv420p10le"},
     ""},
    {"hevc",
     "mkv",
     hls::Codec::h265,
     {"-c:v", "libx265", "-preset", "ultrafast", "-x265-params", "log-level=none:keyint=25"},
     ""},
    {"vp9", "webm", hls::Codec::vp9, {"-c:v", "libvpx-vp9", "-deadline", "realtime", "-cpu-used", "8", "-g", "25"}, ""},
    {"av1", "mkv", hls::Codec::av1, {"-c:v", "libaom-av1", "-usage", "realtime", "-cpu-used", "8", "-g", "25"}, ""},
    {"interlaced",
     "ts",
     hls::Codec::mpeg2,
     {"-c:v", "mpeg2video", "-flags", "+ilme+ildct", "-top", "1", "-bf", "2", "-g", "12", "-q:v", "3"},
     ""},
};

fs::path film(Recipe const& recipe) {
  auto const from = support::media_file({.seconds = 6, .fps = recipe.fps, .gop = 25, .kbit = 2000});
  std::vector<std::string> arguments{"-i", from.string(), "-an"};
  arguments.insert(arguments.end(), recipe.encoder.begin(), recipe.encoder.end());
  return support::made_by_ffmpeg(recipe.name + "." + recipe.extension, arguments);
}

hls::Samples units_of(Recipe const& recipe) {
  auto const file = hls_test::open_av(film(recipe));
  auto const& stream = *file->streams[0];
  hls::Samples samples;
  samples.track = {.kind = hls::Kind::video,
                   .codec = recipe.codec,
                   .caps = recipe.caps,
                   .codec_data = hls_test::config_of(*stream.codecpar),
                   .width = stream.codecpar->width,
                   .height = stream.codecpar->height,
                   .frame_rate = {recipe.fps, 1}};
  hls_test::each_packet(*file, [&](AVPacket const& packet) {
    hls::AccessUnit unit{.pts = hls_test::time_of(packet.pts, stream.time_base),
                         .key = (packet.flags & AV_PKT_FLAG_KEY) != 0,
                         .data = {packet.data, packet.data + packet.size}};
    auto const number = static_cast<int>(samples.units.size());
    if (recipe.times == Times::ascending) unit.pts = hls::Time(1'000'000'000LL * number / recipe.fps);
    bool const told = recipe.times != Times::of_some_key_frames || (unit.key && number % 5 != 4);
    if (recipe.times == Times::none || !told) unit.pts = hls::unknown_time;
    samples.units.push_back(std::move(unit));
  });
  return samples;
}

/// Numbers burnt into the pictures of one segment, decoded by itself.
std::vector<int> numbers(hls::Samples const& samples) {
  auto const context = hls_test::decoder_of(AV_CODEC_ID_H264, samples.track.codec_data);
  auto const packet = hls::av::packet();
  auto const frame = hls::av::frame();
  std::vector<int> found;
  auto const receive = [&] {
    while (avcodec_receive_frame(context.get(), frame.get()) == 0)
      found.push_back(
          support::frame_number({frame->data[0], static_cast<std::size_t>(frame->linesize[0] * frame->height)},
                                static_cast<std::size_t>(frame->linesize[0]), frame->width, frame->height)
              .value_or(-1));
  };
  for (auto const& unit : samples.units) {
    hls::av::check(av_new_packet(packet.get(), static_cast<int>(unit.data.size())), "packet");
    std::memcpy(packet->data, unit.data.data(), unit.data.size());
    hls::av::check(avcodec_send_packet(context.get(), packet.get()), "H.264");
    av_packet_unref(packet.get());
    receive();
  }
  avcodec_send_packet(context.get(), nullptr);
  receive();
  return found;
}

void PrintTo(Recipe const& recipe, std::ostream* out) { *out << recipe.name; }

class Pictures : public testing::TestWithParam<Recipe> {};

TEST_P(Pictures, AreRightAtTheirTimesInAnyOrder) {
  auto const& recipe = GetParam();
  auto const source = units_of(recipe);
  hls::PictureCoder const coder(source.track);
  auto const every = recipe.fps > 30 ? 2 : 1;
  // Of number 0.
  auto const origin = [&] {
    if (recipe.times == Times::none || recipe.times == Times::ascending) return hls::Time(0);
    auto lowest = hls::Time::max();
    for (auto const& unit : source.units)
      if (unit.pts != hls::unknown_time) lowest = std::min(lowest, unit.pts);
    return lowest;
  }();
  // Where key frames are shown: the joints of a timeline, every second one.
  std::vector<hls::Segment> segments;
  std::vector<std::size_t> starts;  ///< units, a GOP early
  if (recipe.times == Times::none) {
    segments.push_back({origin, origin + 6s});
    starts.push_back(0);
  } else {
    std::vector<std::size_t> keys;
    for (std::size_t i = 0; i < source.units.size(); ++i)
      if (source.units[i].key && source.units[i].pts != hls::unknown_time) keys.push_back(i);
    for (std::size_t k = 0; k < keys.size(); k += 2) {
      auto const begin = source.units[keys[k]].pts;
      if (!segments.empty()) segments.back().end = begin;
      segments.push_back({begin, origin + 6s});
      starts.push_back(k > 0 ? keys[k - 1] : 0);
    }
  }
  auto const code = [&](std::size_t index) {
    hls::Samples part{.track = source.track};
    auto const stop = index + 2 < starts.size() ? starts[index + 2] : source.units.size();
    part.units.assign(source.units.begin() + static_cast<long>(starts[index]),
                      source.units.begin() + static_cast<long>(stop));
    return coder.code(part, segments[index], index == 0, index + 1 == segments.size());
  };
  std::vector<hls::Samples> all(segments.size());
  for (auto i = segments.size(); i-- > 0;) all[i] = code(i);

  int expected = 0;
  for (auto const& segment : all) {
    EXPECT_EQ(segment.track.codec_data, coder.track().codec_data);
    ASSERT_FALSE(segment.units.empty());
    EXPECT_TRUE(segment.units.front().key);
    auto const seen = numbers(segment);
    ASSERT_EQ(seen.size(), segment.units.size());
    // Every second one is counted from each segment's first.
    if (every > 1 && &segment != &all.front()) {
      EXPECT_LE(std::abs(seen.front() - expected), 1);
      expected = seen.front();
    }
    for (std::size_t i = 0; i < seen.size(); ++i, expected += every) {
      EXPECT_EQ(seen[i], expected);
      auto const time = std::chrono::duration<double>(segment.units[i].pts - origin).count();
      EXPECT_NEAR(time, static_cast<double>(seen[i]) / recipe.fps, 0.0011);
    }
  }
  // libxvid keeps the last one to itself.
  EXPECT_GE(expected, 6 * recipe.fps - (recipe.name == "xvid" ? 1 : 0));
  // Once more, the other way round.
  for (std::size_t i = 0; i < segments.size(); ++i) {
    auto const again = code(i);
    ASSERT_EQ(again.units.size(), all[i].units.size());
    for (std::size_t u = 0; u < again.units.size(); ++u) EXPECT_EQ(again.units[u].data, all[i].units[u].data);
  }
}

TEST_P(Pictures, OfNoiseAreShownAllTheSame) {
  auto source = units_of(GetParam());
  source.units.resize(20);
  std::minstd_rand random(3);
  for (auto& unit : source.units)
    for (auto& byte : unit.data) byte = static_cast<std::uint8_t>(random());
  hls::PictureCoder const coder(source.track);
  auto const coded = coder.code(source, {0s, 6s}, false, false);
  ASSERT_FALSE(coded.units.empty());
  EXPECT_TRUE(coded.units.front().key);
}

INSTANTIATE_TEST_SUITE_P(Codecs, Pictures, testing::ValuesIn(recipes), [](auto const& info) {
  auto name = info.param.name;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

Recipe const& recipe(std::string const& name) {
  return *std::find_if(std::begin(recipes), std::end(recipes), [&](auto const& one) { return one.name == name; });
}

/// What lay in the memory before, in this process or another one, shows in no byte.
TEST(PictureCoder, AnotherProcessMakesTheSame) {
  std::string sums;
  for (auto const* name : {"mpeg2-ts", "asp", "h264", "vp9"}) {
    auto source = units_of(recipe(name));
    // 400 x 180: x264's vectors are longer than a row of its blocks, and must not take what lies behind.
    source.track.pixel_width = 5;
    source.track.pixel_height = 4;
    hls::PictureCoder const coder(source.track);
    std::string bytes;
    for (auto const& unit : coder.code(source, {0s, 6s}, true, true).units)
      bytes.append(unit.data.begin(), unit.data.end());
    sums += std::to_string(std::hash<std::string>()(bytes)) + " ";
  }
  if (auto const* expected = std::getenv("HLS_PICTURE_SUMS")) {
    EXPECT_EQ(sums, expected);
    return;
  }
  for (auto const* perturbed : {"1", "85"}) {
    auto const again = support::run(
        {fs::read_symlink("/proc/self/exe").string(), "--gtest_filter=PictureCoder.AnotherProcessMakesTheSame"},
        {.environment = {{"HLS_PICTURE_SUMS", sums}, {"MALLOC_PERTURB_", perturbed}}});
    EXPECT_TRUE(again.ok()) << again.out;
  }
}

TEST(PictureCoder, CanBeCancelled) {
  auto const source = units_of(recipe("h264"));
  hls::PictureCoder const coder(source.track);
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THROW((void)coder.code(source, {0s, 6s}, true, true, stop.get_token()), hls::Cancelled);
}

TEST(PictureCoder, ShowsThePictureUprightAndSmall) {
  hls::Track track{.kind = hls::Kind::video,
                   .codec = hls::Codec::mpeg2,
                   .width = 720,
                   .height = 576,
                   .rotation = 90,
                   .pixel_width = 16,
                   .pixel_height = 11};
  auto const upright = hls::PictureCoder(track).track();
  EXPECT_EQ(upright.width, 576);
  EXPECT_EQ(upright.height, 1048);
  track = {
      .kind = hls::Kind::video, .codec = hls::Codec::h265, .width = 3840, .height = 1606, .frame_rate = {60000, 1001}};
  auto const small = hls::PictureCoder(track).track();
  EXPECT_LE(small.width * small.height, 1920 * 1080 + 4000);
  EXPECT_EQ(small.frame_rate.seconds, 2002);
}

}  // namespace
