// SPDX-License-Identifier: LGPL-2.1-or-later
// The element on a real swarm.
#include "real.hpp"
#include "support/child.hpp"
#include "support/eventually.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <random>
#include <sys/mount.h>
#include <unistd.h>

namespace tests {
namespace {

using support::eventually;
using support::KiB;
using support::make_torrent;
using support::MiB;
using support::Swarm;

int count(char const* folder) {
  int n = 0;
  for ([[maybe_unused]] auto const& entry : std::filesystem::directory_iterator(folder)) ++n;
  return n;
}

std::string quoted(std::string const& text) { return "\"" + text + "\""; }

TEST(Swarm, PushGivesTheWholeFile) {
  Real real;
  Swarm swarm(make_torrent("film.bin", 7 * MiB + 321), 2);
  auto const copy = real.folder / "copy";
  Pipeline pipeline("torrentsrc uri=" + quoted(swarm.magnet()) + " ! filesink location=" + copy);
  real.give_to(pipeline.get());
  pipeline.set(GST_STATE_PLAYING);
  ASSERT_TRUE(pipeline.ends()) << pipeline.error();
  EXPECT_TRUE(support::read_file(copy) == swarm.torrent().files[0].bytes());
}

TEST(Swarm, PullGivesAnyRangeInAnyOrder) {
  Real real;
  Swarm swarm(make_torrent("film.bin", 9 * MiB + 77), 2);
  auto const source = make_source(swarm.magnet());
  real.give_to(source.get());
  Puller puller(source.get());
  ASSERT_TRUE(puller.active());
  auto const& content = swarm.torrent().files[0];
  std::mt19937 random(1);
  for (int i = 0; i < 60; ++i) {
    auto const at = static_cast<std::int64_t>(random() % static_cast<unsigned>(content.size));
    auto const length =
        std::min<std::int64_t>(1 + static_cast<std::int64_t>(random() % (300 * KiB)), content.size - at);
    GstFlowReturn flow;
    auto const got = puller.pull(static_cast<std::uint64_t>(at), static_cast<guint>(length), &flow);
    ASSERT_EQ(flow, GST_FLOW_OK);
    ASSERT_TRUE(got == content.bytes(at, static_cast<std::size_t>(length))) << at << "+" << length;
  }
}

TEST(Swarm, FilesAreChosenByUri) {
  Real real;
  Swarm swarm(make_torrent({.files = {support::text_file("readme.txt", "read me"),
                                      support::payload_file("a film.mkv", 2 * MiB, 2),
                                      support::payload_file("sub/other.mkv", 3 * MiB, 3)},
                            .name = "pack"}),
              1);
  auto const& torrent = swarm.torrent();
  support::write_file(real.folder / "pack.torrent", std::string_view(torrent.metainfo.data(), torrent.metainfo.size()));
  swarm::Locator peers = swarm::Locator::parse(swarm.magnet());
  real.session->add(peers);  // so that the other forms find their peers
  struct {
    std::string uri;
    char const* path;
  } const cases[] = {
      {swarm.magnet(), "sub/other.mkv"},
      {swarm.magnet() + "#file=" + std::to_string(torrent.file_index("a film.mkv")), "a film.mkv"},
      {swarm.magnet() + "#file=a%20film.mkv", "a film.mkv"},
      {"torrent:" + torrent.key + "#file=readme.txt", "readme.txt"},
      {"torrent://" + (real.folder / "pack.torrent") + "#file=pack/sub/other.mkv", "sub/other.mkv"},
  };
  for (auto const& c : cases) {
    auto const copy = real.folder / "copy";
    Pipeline pipeline("torrentsrc uri=" + quoted(c.uri) + " ! filesink location=" + copy);
    real.give_to(pipeline.get());
    pipeline.set(GST_STATE_PLAYING);
    ASSERT_TRUE(pipeline.ends()) << c.uri << pipeline.error();
    EXPECT_TRUE(support::read_file(copy) == torrent.files[static_cast<std::size_t>(torrent.file_index(c.path))].bytes())
        << c.uri;
  }
  EXPECT_EQ(real.session->torrents().size(), 1u);
}

Failure failure_of_pipeline(Real const& real, std::string const& source) {
  Pipeline pipeline("torrentsrc " + source + " ! fakesink sync=false");
  real.give_to(pipeline.get());
  pipeline.set(GST_STATE_PLAYING);
  auto const message = pipeline.wait(static_cast<GstMessageType>(GST_MESSAGE_ERROR | GST_MESSAGE_EOS));
  if (!message || GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_EOS) return {};
  return failure_of(message.get());
}

TEST(Swarm, NobodyHasTheMetadata) {
  Real real;
  auto const failure =
      failure_of_pipeline(real, "uri=" + quoted(make_torrent("film.bin", MiB).magnet()) + " metadata-timeout=300");
  EXPECT_EQ(failure.domain, GST_RESOURCE_ERROR);
  EXPECT_EQ(failure.code, GST_RESOURCE_ERROR_NOT_FOUND);
  EXPECT_FALSE(failure.debug.empty());
}

TEST(Swarm, NobodyGivesThePiece) {
  Real real;
  Swarm swarm(make_torrent("film.bin", 4 * MiB), 1, {.stall_after = 1 * MiB});
  auto const failure = failure_of_pipeline(real, "uri=" + quoted(swarm.magnet()) + " piece-timeout=1500");
  EXPECT_EQ(failure.code, GST_RESOURCE_ERROR_READ) << failure.text;
}

TEST(Swarm, ThereIsNoSuchFile) {
  Real real;
  Swarm swarm(make_torrent("film.bin", MiB), 1);
  for (auto const* choice : {"file-index=7", "file-name=other.mkv"}) {
    auto const failure = failure_of_pipeline(real, "uri=" + quoted(swarm.magnet()) + " " + choice);
    EXPECT_EQ(failure.code, GST_RESOURCE_ERROR_NOT_FOUND) << choice << failure.text;
  }
}

TEST(Swarm, TheDiskIsFull) {
  support::TempDir small("small-disk");
  if (geteuid() != 0 || mount("tmpfs", small.str().c_str(), "tmpfs", 0, "size=1m") != 0)
    GTEST_SKIP() << "no tmpfs can be mounted here";
  struct Unmount {
    std::string path;
    ~Unmount() { umount2(path.c_str(), MNT_DETACH); }
  } const unmount{small.str()};
  Real real;
  Swarm swarm(make_torrent("film.bin", 8 * MiB), 1);
  auto const failure = failure_of_pipeline(real, "uri=" + quoted(swarm.magnet()) + " save-path=" + small.str());
  EXPECT_EQ(failure.code, GST_RESOURCE_ERROR_NO_SPACE_LEFT) << failure.text;
}

TEST(Swarm, SessionIsSharedAndNothingDownloadedTwice) {
  Real real;
  Swarm swarm(make_torrent("film.bin", 3 * MiB), 1);
  auto const source = "torrentsrc uri=" + quoted(swarm.magnet()) + " ! fakesink sync=false ";
  {
    Pipeline pipeline(source + source);
    real.give_to(pipeline.get());
    pipeline.set(GST_STATE_PLAYING);
    ASSERT_TRUE(pipeline.ends()) << pipeline.error();
  }
  for (int i = 0; i < 3; ++i) {
    Pipeline pipeline(source);
    real.give_to(pipeline.get());
    pipeline.set(GST_STATE_PLAYING);
    ASSERT_TRUE(pipeline.ends()) << pipeline.error();
  }
  EXPECT_EQ(real.session->torrents().size(), 1u);
  EXPECT_EQ(swarm.wasted(), 0);
}

TEST(Swarm, ManyStartsLeaveNothingBehind) {
  Real real;
  Swarm swarm(make_torrent("film.bin", MiB), 1);
  int files = 0, threads = 0;
  for (int i = 0; i < 100; ++i) {
    Pipeline pipeline("torrentsrc uri=" + quoted(swarm.magnet()) +
                      (i % 2 ? " ! fakesink sync=false" : " ! typefind ! fakesink sync=false"));
    real.give_to(pipeline.get());
    auto const at_once = milliseconds(1000);
    EXPECT_LT(pipeline.timed(GST_STATE_PLAYING), at_once);
    if (i % 4 == 0) {
      EXPECT_TRUE(pipeline.reaches(GST_STATE_PLAYING) || i % 2 == 0);
    }
    EXPECT_LT(pipeline.timed(GST_STATE_NULL), at_once);
    if (i == 20) files = count("/proc/self/fd"), threads = count("/proc/self/task");
  }
  // GStreamer keeps some idle threads in its pools.
  EXPECT_TRUE(eventually([&] { return count("/proc/self/fd") <= files + 2; })) << files;
  EXPECT_TRUE(eventually([&] { return count("/proc/self/task") <= threads + 3; })) << threads;
  EXPECT_TRUE(eventually([&] { return real.session->torrents().at(0)->readers() == 0; }));
}

TEST(Swarm, BufferingRangesGrowWithTheDownload) {
  Real real;
  Swarm swarm(make_torrent("film.bin", 4 * MiB), 1);
  Pipeline pipeline("torrentsrc name=s uri=" + quoted(swarm.magnet()) + " ! fakesink");
  real.give_to(pipeline.get());
  pipeline.set(GST_STATE_PAUSED);
  auto complete = [&] {
    auto const query = Ref<GstQuery>::adopt(gst_query_new_buffering(GST_FORMAT_BYTES));
    if (!gst_element_query(pipeline["s"].get(), query.get())) return false;
    gint64 start = -1, stop = -1;
    return gst_query_get_n_buffering_ranges(query.get()) == 1 &&
           gst_query_parse_nth_buffering_range(query.get(), 0, &start, &stop) && start == 0 && stop == 4 * MiB;
  };
  EXPECT_TRUE(eventually(complete)) << "what is read ahead counts, too";
}

TEST(OwnSession, IsStartedSavedAndEndedByGstLaunch) {
  NEEDS_CHILDREN;
  Swarm swarm(make_torrent("film.bin", 5 * MiB), 1);
  support::TempDir folder;
  auto const copy = folder / "copy";
  auto run = [&] {
    return support::run({"gst-launch-1.0", "-q", "torrentsrc", "uri=" + swarm.magnet(),
                         "save-path=" + (folder / "save"), "!", "filesink", "location=" + copy},
                        {.environment = {{"GST_TORRENT_SESSION", loopback_environment()}}});
  };
  auto const first = run();
  ASSERT_TRUE(first.ok()) << first.exit.code << " " << first.exit.signal << first.out << first.err;
  EXPECT_TRUE(support::read_file(copy) == swarm.torrent().files[0].bytes());
  EXPECT_TRUE(std::filesystem::is_directory(folder / "save/.gst-torrent"));
  EXPECT_TRUE(std::filesystem::exists(folder / ("save/" + swarm.torrent().key + "/film.bin")));
  auto const uploaded = swarm.uploaded();
  auto const second = run();
  ASSERT_TRUE(second.ok()) << second.err;
  EXPECT_TRUE(support::read_file(copy) == swarm.torrent().files[0].bytes());
  EXPECT_EQ(swarm.uploaded(), uploaded) << "it was all there";
}

TEST(OwnSession, EndsSomeTimeAfterItsLastUserAndStartsAgain) {
  Swarm swarm(make_torrent("own.bin", 2 * MiB), 1);
  auto play = [&] {
    Pipeline pipeline("torrentsrc name=s uri=" + quoted(swarm.magnet()) + " ! fakesink sync=false");
    pipeline.set(GST_STATE_PLAYING);
    EXPECT_TRUE(pipeline.ends()) << pipeline.error();
    auto const context =
        Ref<GstContext>::adopt(gst_element_get_context(pipeline["s"].get(), GST_TORRENT_SESSION_CONTEXT_TYPE));
    auto const object = Ref<GstTorrentSession>::adopt(gst_torrent_session_from_context(context.get()));
    auto session = std::weak_ptr(context::unwrap(object.get()));
    EXPECT_LT(pipeline.timed(GST_STATE_NULL), milliseconds(1000)) << "the session does not end on this thread";
    return session;
  };
  auto const first = play();
  auto const threads = count("/proc/self/task");
  EXPECT_FALSE(first.expired()) << "it lives on for a while";
  EXPECT_FALSE(eventually([&] { return first.expired(); }, std::chrono::seconds(5)));
  EXPECT_TRUE(eventually([&] { return first.expired(); }, std::chrono::seconds(20)));
  EXPECT_TRUE(eventually([&] { return count("/proc/self/task") < threads; })) << "and its threads have ended";
  auto const uploaded = swarm.uploaded();
  play();
  EXPECT_EQ(swarm.uploaded(), uploaded) << "what was there was kept";
}

// Nobody can remove the torrent there as the error's text advises; the next start looks at the files again.
TEST(OwnSession, ADamagedFileIsFetchedAgain) {
  Real real;
  Swarm swarm(make_torrent("damaged.bin", 2 * MiB), 1);
  auto const copy = real.folder / "copy";
  Pipeline pipeline("torrentsrc name=s uri=" + quoted(swarm.magnet()) + " save-path=" + real.folder.str() +
                    "/./x/../own ! filesink location=" + copy);
  auto const plays = [&] {
    pipeline.set(GST_STATE_PLAYING);
    auto const end =
        pipeline.wait(static_cast<GstMessageType>(GST_MESSAGE_EOS | GST_MESSAGE_ERROR | GST_MESSAGE_WARNING));
    EXPECT_TRUE(end);
    EXPECT_NE(GST_MESSAGE_TYPE(end.get()), GST_MESSAGE_WARNING) << "it is in the folder that was asked for";
    pipeline.set(GST_STATE_NULL);
    return GST_MESSAGE_TYPE(end.get()) == GST_MESSAGE_EOS;
  };
  ASSERT_TRUE(plays()) << pipeline.error();
  std::filesystem::path file;
  for (auto const& entry : std::filesystem::recursive_directory_iterator(real.folder / "own"))
    if (entry.path().filename() == "damaged.bin") file = entry.path();
  ASSERT_FALSE(file.empty());
  std::filesystem::resize_file(file, MiB);
  EXPECT_FALSE(plays());
  EXPECT_TRUE(eventually(plays, std::chrono::seconds(8)))
      << pipeline.error();  // sooner than what is kept for a while ends
  EXPECT_TRUE(support::read_file(copy) == swarm.torrent().files[0].bytes());
}

TEST(Swarm, WhoOpensATorrentElsewhereIsTold) {
  Real real;
  Swarm swarm(make_torrent("elsewhere.bin", MiB), 1);
  struct {
    char const* first;
    char const* second;
    char const* word;  // of the warning; empty: none
  } const cases[] = {{"storage=file", "storage=ram", "on disk"},
                     {"storage=ram", "storage=file save-path=%s/b", "in memory"},
                     {"save-path=%s/foo", "save-path=%s/fo", "another folder"},
                     {"save-path=%s/foo", "save-path=%s/fo/../foo/.", ""}};
  for (auto const& c : cases) {
    SCOPED_TRACE(c.second);
    real.session->remove(swarm.torrent().hash, true);
    auto const folder = real.folder.str();
    Pipeline first("torrentsrc uri=" + quoted(swarm.magnet()) + " " + real.shape(c.first, folder) + " ! fakesink");
    Pipeline second("torrentsrc uri=" + quoted(swarm.magnet()) + " " + real.shape(c.second, folder) + " ! fakesink");
    std::string told;
    for (auto* pipeline : {&first, &second}) {
      real.give_to(pipeline->get());
      pipeline->set(GST_STATE_PLAYING);
      ASSERT_TRUE(pipeline->reaches(GST_STATE_PLAYING)) << pipeline->error();
    }
    for (auto const& message : second.drain())
      if (GST_MESSAGE_TYPE(message.get()) == GST_MESSAGE_WARNING) told += failure_of(message.get()).text;
    if (*c.word)
      EXPECT_NE(told.find(c.word), std::string::npos) << told;
    else
      EXPECT_EQ(told, "");
  }
}

TEST(OwnSession, TwoProcessesInOneFolder) {
  NEEDS_CHILDREN;
  Real real;
  Swarm swarm(make_torrent("film.bin", MiB), 1);
  real.session->add(swarm::Locator::parse(swarm.magnet()));
  auto const ran = support::run({"gst-launch-1.0", "-q", "torrentsrc", "uri=" + swarm.magnet(),
                                 "save-path=" + (real.folder / "files"), "!", "fakesink"},
                                {.environment = {{"GST_TORRENT_SESSION", loopback_environment()}}});
  EXPECT_FALSE(ran.ok());
  EXPECT_NE((ran.out + ran.err).find("process"), std::string::npos) << ran.out << ran.err;
}

}  // namespace
}  // namespace tests
