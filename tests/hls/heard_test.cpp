// SPDX-License-Identifier: LGPL-2.1-or-later
// What is heard of films whose sound is coded anew, from the file to the segments: demuxers have ways of their own to
// tell of sound, of its times and its beginning.
#include "hls/facts.hpp"
#include "hls/file_source.hpp"
#include "hls/packager.hpp"
#include "sound_film.hpp"
#include "support/made_file.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

namespace {

using namespace hls_test;

SoundRecipe film(std::string name, std::string extension, std::vector<std::string> const& encoder, int rate = 48000,
                 std::string layout = "stereo", int late = 0) {
  SoundRecipe recipe{.name = "heard-" + std::move(name),
                     .extension = std::move(extension),
                     .rate = rate,
                     .layout = std::move(layout),
                     .late = late};
  recipe.encoder = {"-f",       "lavfi",   "-i",      "testsrc2=s=64x64:r=25:d=20",
                    "-map",     "1",       "-map",    "0",
                    "-c:v",     "libx264", "-preset", "ultrafast",
                    "-bf",      "0",       "-g",      "50",
                    "-pix_fmt", "yuv420p"};
  recipe.encoder.insert(recipe.encoder.end(), encoder.begin(), encoder.end());
  return recipe;
}

SoundRecipe const recipes[] = {
    film("pcm16", "mkv", {"-c:a", "pcm_s16le"}),
    film("pcm16-44k", "mkv", {"-c:a", "pcm_s16le"}, 44100),
    film("pcm16-mono-16k", "mkv", {"-c:a", "pcm_s16le"}, 16000, "mono"),
    film("pcm24", "mkv", {"-c:a", "pcm_s24le"}),
    film("pcm16-flv", "flv", {"-c:a", "pcm_s16le"}, 44100),
    film("pcm24-mov", "mov", {"-c:a", "pcm_s24le"}),
    film("pcm16-avi", "avi", {"-c:a", "pcm_s16le"}),
    film("mulaw", "mkv", {"-c:a", "pcm_mulaw"}, 8000, "mono"),
    film("mulaw-mov", "mov", {"-c:a", "pcm_mulaw"}, 8000, "mono"),
    film("opus-51", "mp4", {"-c:a", "libopus", "-b:a", "320k"}, 48000, "5.1", 312),
    film("flac", "mkv", {"-c:a", "flac"}),
    film("alac", "mov", {"-c:a", "alac"}),
    film("dts-blu-ray", "m2ts", {"-c:a", "dca", "-strict", "-2", "-b:a", "768k"}),
    film("dts", "ts", {"-c:a", "dca", "-strict", "-2", "-b:a", "768k"}),
    film("vorbis", "mkv", {"-c:a", "libvorbis", "-q:a", "6"}, 48000, "stereo", 128),
};

class Heard : public testing::TestWithParam<SoundRecipe> {};

TEST_P(Heard, IsAllThatIsInTheFile) {
#ifdef __SANITIZE_ADDRESS__
  if (GetParam().name == "heard-opus-51") GTEST_SKIP() << "qtdemux (1.22) leaks the caps of Opus";
#endif
  auto const path = sound_file(GetParam());
  auto const source = std::make_shared<FileSource>(path);
  std::unique_ptr<hls::Demuxer> demuxer;
  auto const facts = hls::learn(source, path.filename(), true, demuxer);
  auto const sound = std::find_if(facts->tracks.begin(), facts->tracks.end(),
                                  [](auto const& track) { return track.kind == hls::Kind::audio; });
  ASSERT_NE(sound, facts->tracks.end()) << "the film is silent";
  EXPECT_EQ(sound->sample_rate, GetParam().rate);
  support::TempDir const folder("heard");
  auto const all = folder / std::string("all.aac");
  {
    std::ofstream out(all, std::ios::binary);
    // Backwards, as a viewer who jumps about.
    std::vector<hls::Bytes> segments(facts->segments.size());
    for (auto i = segments.size(); i-- > 0;)
      segments[i] = hls::package({.rendition = {.sound = hls::Part{sound->id, true}}, .index = i}, *facts, *demuxer);
    constexpr std::ptrdiff_t stamp = 73;  // the tag in front
    for (auto const& segment : segments)
      out.write(reinterpret_cast<char const*>(segment.data()) + stamp,
                static_cast<std::streamsize>(segment.size()) - stamp);
  }
  auto const should = down(heard(path, sound->channels));
  auto const is = heard(all, static_cast<int>(should.size()));
  if (hls::as_sent(*facts, {sound->id, true}).sample_rate != GetParam().rate) {
    EXPECT_GT(quantile(snr(is[0], is[0]), 0.5), 0);
    return;
  }
  auto const late = lag(is[0], should[0]);
  EXPECT_NEAR(late, GetParam().late, 2) << "samples";
  std::vector<float> aligned(is[0].begin() + std::max(late, 0), is[0].end());
  aligned.insert(aligned.begin(), static_cast<std::size_t>(std::max(-late, 0)), 0.F);
  auto windows = snr(aligned, should[0]);
  windows.erase(windows.begin());
  EXPECT_GT(quantile(windows, 0.5), should.size() < static_cast<std::size_t>(sound->channels) ? 25 : 30);
  EXPECT_GT(quantile(windows, 0.01), 15) << "holes, or clicks at joints";
}

INSTANTIATE_TEST_SUITE_P(Films, Heard, testing::ValuesIn(recipes), [](auto const& info) {
  auto name = info.param.name + "_" + info.param.extension;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
