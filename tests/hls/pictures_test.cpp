// SPDX-License-Identifier: LGPL-2.1-or-later
// Pictures of films whose frames carry their number.
#include "hls/pictures.hpp"

#include "hls/av_file.hpp"
#include "hls/films.hpp"
#include "support/eventually.hpp"
#include "support/made_file.hpp"
#include "support/media.hpp"
#include "support/scripted_reader.hpp"
#include "support/temp_dir.hpp"

#include <gtest/gtest.h>

#include <future>
#include <set>

namespace {

using namespace std::chrono_literals;
using support::Container;
using support::eventually;
using support::Script;

hls::av::Frame decoded(hls::Bytes const& jpeg) {
  auto const decoder = hls_test::decoder_of(AV_CODEC_ID_MJPEG, {});
  auto const packet = hls::av::packet();
  hls::av::check(av_new_packet(packet.get(), static_cast<int>(jpeg.size())), "packet");
  std::copy(jpeg.begin(), jpeg.end(), packet->data);
  hls::av::check(avcodec_send_packet(decoder.get(), packet.get()), "JPEG");
  auto frame = hls::av::frame();
  hls::av::check(avcodec_receive_frame(decoder.get(), frame.get()), "JPEG");
  return frame;
}

std::optional<int> number_of(AVFrame const& picture) {
  auto const stride = static_cast<std::size_t>(picture.linesize[0]);
  return support::frame_number({picture.data[0], stride * static_cast<std::size_t>(picture.height)}, stride,
                               picture.width, picture.height);
}

int light(AVFrame const& picture, int x, int y) { return picture.data[0][y * picture.linesize[0] + x]; }

struct Film {
  explicit Film(std::filesystem::path const& path, bool ready = true)
      : script(std::make_shared<Script>(support::disk_file(path.filename(), path), ready)) {
    origin.key = "hash/" + path.filename().string();
    origin.name = path.filename();
    origin.open = [this](std::optional<int>) {
      return std::make_unique<support::ScriptedReader>(script, swarm::ReaderOptions{.piece_timeout = timeout});
    };
    origin.complete = [] { return true; };
  }
  std::shared_ptr<Script> script;
  std::chrono::milliseconds timeout{1};  ///< what is not here is not waited for
  hls::Origin origin;
};

std::future<hls::Outcome<hls::Picture>> ask(hls::Pictures& pictures, Film const& film,
                                            hls::Pictures::Wanted const& wanted, hls::Producer::Ticket& ticket) {
  auto promise = std::make_shared<std::promise<hls::Outcome<hls::Picture>>>();
  auto future = promise->get_future();
  ticket = pictures.make(film.origin, wanted, [promise](auto made) { promise->set_value(std::move(made)); });
  return future;
}

/// Throws what went wrong.
hls::Picture made(hls::Pictures& pictures, Film const& film, hls::Pictures::Wanted const& wanted) {
  hls::Producer::Ticket ticket;
  auto future = ask(pictures, film, wanted, ticket);
  if (future.wait_for(30s) != std::future_status::ready) throw std::runtime_error("no answer");
  auto outcome = future.get();
  if (outcome.error) std::rethrow_exception(outcome.error);
  return outcome.value;
}

/// Numbers of the film's key frames.
std::vector<int> key_frames(std::filesystem::path const& path) {
  std::vector<std::pair<std::int64_t, bool>> frames;
  auto const file = hls_test::open_av(path);
  hls_test::each_packet(*file, [&](AVPacket const& packet) {
    if (file->streams[packet.stream_index]->codecpar->codec_type == AVMEDIA_TYPE_VIDEO)
      frames.emplace_back(packet.pts == AV_NOPTS_VALUE ? packet.dts : packet.pts, packet.flags & AV_PKT_FLAG_KEY);
  });
  std::sort(frames.begin(), frames.end());
  std::vector<int> keys;
  for (std::size_t i = 0; i < frames.size(); ++i)
    if (frames[i].second) keys.push_back(static_cast<int>(i));
  return keys;
}

class PicturesOf : public testing::TestWithParam<Container> {};

TEST_P(PicturesOf, IsTheKeyFrameAtOrBefore) {
  auto const path = support::media_file(GetParam(), 10);
  auto const keys = key_frames(path);
  bool const listed = GetParam() != Container::ts;
  Film const film(path);
  hls::Pictures pictures({});
  for (double const at : {0., 0.5, 3.3, 5., 7.98, 9.9, 100.}) {
    SCOPED_TRACE(at);
    auto const picture = made(pictures, film, {.at = std::chrono::duration_cast<hls::Time>(1s * at)});
    auto const frame = decoded(*picture.jpeg);
    EXPECT_EQ(frame->width, 320);
    auto const number = number_of(*frame);
    ASSERT_TRUE(number) << at;
    auto const wanted = static_cast<int>(std::min(at, 10.) * 25 + 0.1);
    auto const after = std::upper_bound(keys.begin(), keys.end(), wanted);
    ASSERT_NE(after, keys.begin());
    // Where no list tells of key frames, an earlier one may have to do.
    EXPECT_TRUE(*number == *(after - 1) || (!listed && after - keys.begin() > 1 && *number == *(after - 2)))
        << "at " << at << " number " << *number << ", not " << *(after - 1);
  }
}

INSTANTIATE_TEST_SUITE_P(Containers, PicturesOf,
                         testing::Values(Container::mp4, Container::mp4_fragmented, Container::mkv, Container::webm,
                                         Container::avi, Container::ts));

TEST(Pictures, AreNeitherLargerThanTheFilmNorDistorted) {
  // 4:3 with wide pixels, so 16:9; and a phone's, upright.
  Film const wide(hls_test::film("wide.mkv", "-map 0 -c:v libx264 -preset ultrafast -vf scale=240:180,setsar=4/3", 4));
  auto const turned = hls_test::remade(
      "phone.mp4", hls_test::film("phone-lying.mp4", "-map 0 -c:v libx264 -preset ultrafast -pix_fmt yuv420p", 4),
      "-c copy -metadata:s:v rotate=90");
  Film const phone(turned);
  hls::Pictures pictures({});
  auto const small = decoded(*made(pictures, wide, {.at = 1s, .width = 160}).jpeg);
  EXPECT_EQ(small->width, 160);
  EXPECT_EQ(small->height, 90);
  auto const whole = decoded(*made(pictures, wide, {.at = 1s, .width = 1280}).jpeg);
  EXPECT_EQ(whole->width, 320);
  EXPECT_EQ(whole->height, 180);

  auto const upright = decoded(*made(pictures, phone, {.at = 0s}).jpeg);
  ASSERT_EQ(upright->width, 180);
  ASSERT_EQ(upright->height, 320);
  auto const shown = support::read_file(
      support::made_by_ffmpeg("phone.gray", {"-i", turned, "-frames:v", "1", "-pix_fmt", "gray", "-f", "rawvideo"}));
  ASSERT_EQ(shown.size(), 180U * 320);
  int off = 0;
  for (int y = 0; y < 320; ++y)
    for (int x = 0; x < 180; ++x)
      off += std::abs(light(*upright, x, y) - static_cast<std::uint8_t>(shown[static_cast<std::size_t>(y * 180 + x)]));
  EXPECT_LT(off / (180 * 320), 20);
}

TEST(Pictures, ArePostersWithSomethingToSee) {
  // Black for its first third, white for the last.
  Film const film(hls_test::film("poster.mkv",
                                 "-map 0 -vf drawbox=t=fill:color=black:enable=lt(t\\,10),drawbox=t=fill:color=white:"
                                 "enable=gt(t\\,22) -c:v libx264 -preset ultrafast -g 50"));
  hls::Pictures pictures({});
  auto const poster = made(pictures, film, {});
  EXPECT_TRUE(poster.settled);
  auto const frame = decoded(*poster.jpeg);
  std::set<int> seen;
  for (int x = 5; x < 320; x += 10) seen.insert(light(*frame, x, 90) / 32);
  EXPECT_GE(seen.size(), 3U);
  EXPECT_EQ(made(pictures, film, {}).jpeg, poster.jpeg) << "it is kept";
  pictures.forget("hash");
  EXPECT_NE(made(pictures, film, {}).jpeg, poster.jpeg);
}

TEST(Pictures, ReadLittleAndOnlyWhatIsHere) {
  support::MediaSpec const spec{Container::mkv, 60, 25, 50, 3000};
  Film const film(support::media_file(spec));
  hls::Pictures pictures({});
  (void)made(pictures, film, {.at = 1s});
  auto const before = film.script->calls().bytes;
  (void)made(pictures, film, {.at = 31s});
  EXPECT_LT(film.script->calls().bytes - before, 700 * support::KiB);

  // Nothing of the middle.
  auto const size = film.script->content().size;
  film.script->close({size / 4, size - support::MiB});
  EXPECT_THROW((void)made(pictures, film, {.at = 40s}), swarm::Error);
  EXPECT_TRUE(made(pictures, film, {.at = 31s}).jpeg) << "it was kept";
  auto const poster = made(pictures, film, {});
  EXPECT_TRUE(poster.jpeg);
}

TEST(Pictures, WhoLeavesIsNotWorkedFor) {
  Film film(support::media_file(Container::mkv, 10), false);
  film.timeout = 0ms;
  hls::Pictures pictures({});
  hls::Producer::Ticket ticket;
  auto future = ask(pictures, film, {.at = 5s, .waits = true}, ticket);
  ASSERT_TRUE(eventually([&] { return film.script->waiting(); }));
  // And holds up nobody else.
  Film const other(support::media_file(Container::mp4, 10));
  EXPECT_TRUE(made(pictures, other, {.at = 5s}).jpeg);
  ticket.reset();
  ASSERT_EQ(future.wait_for(5s), std::future_status::ready);
  EXPECT_THROW(std::rethrow_exception(future.get().error), hls::Cancelled);
  EXPECT_TRUE(eventually([&] { return film.script->readers() == 0; }));
}

TEST(Pictures, SoundHasNone) {
  Film const film(support::media_file(Container::mp3, 10));
  hls::Pictures pictures({});
  EXPECT_THROW((void)made(pictures, film, {}), hls::NoPicture);
  EXPECT_THROW((void)made(pictures, film, {.at = 1s}), hls::NoPicture);
}

}  // namespace
