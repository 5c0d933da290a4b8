// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/session.hpp"

#include "live.hpp"

#include <filesystem>
#include <fstream>
#include <future>
#include <sys/mount.h>

namespace {

namespace fs = std::filesystem;
using namespace live;
using support::make_torrent;

TEST_F(Live, StopsQuicklyWhateverItWaitsFor) {
  support::Swarm peers(make_torrent("film.mkv", 8 * MiB), 2, {.upload_limit = MiB});
  auto torrent = add(peers.magnet());
  auto reader = torrent->open(swarm::TheFilm{});
  EXPECT_FALSE(read(*reader, 1).empty());
  auto const begin = std::chrono::steady_clock::now();
  session->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2500ms);
  EXPECT_EQ(failure_of(*reader), swarm::Errc::stopped);
  EXPECT_THROW(session->add(swarm::Locator::parse(peers.magnet())), swarm::Error);
  reader.reset();
  torrent.reset();
  session.reset();
}

TEST_F(Live, AFolderHasOneSession) {
  session = swarm::Session::create(client);
  try {
    swarm::Session::create(client);
    FAIL() << "two sessions use one folder";
  } catch (swarm::Error const& error) {
    EXPECT_EQ(error.code(), swarm::Errc::in_use);
  }
  session.reset();
  EXPECT_NO_THROW(session = swarm::Session::create(client));
}

TEST_F(Live, AddingTwiceGivesTheSameTorrent) {
  support::Swarm peers(make_torrent("film.mkv", MiB));
  auto const first = add(peers.torrent().magnet());
  auto const second = add(peers.magnet());  // brings the peer
  EXPECT_EQ(first, second);
  EXPECT_TRUE(eventually([&] { return first->metadata() != nullptr; }));
  EXPECT_EQ(session->find(*swarm::InfoHash::parse(peers.torrent().key)), first);
  EXPECT_EQ(session->torrents().size(), 1u);
}

TEST_F(Live, AV2HashThatIsCutShortIsItsTorrent) {
  support::TorrentSpec const spec{.files = {support::payload_file("film.mkv", MiB)}, .format = support::Format::v2};
  support::Swarm peers(make_torrent(spec));
  auto const cut_short = peers.torrent().v2_hex.substr(0, 40);
  // Known by that alone it can't be fetched; the whole hash takes its place.
  (void)add("magnet:?xt=urn:btih:" + cut_short);
  auto torrent = add(peers.magnet());
  EXPECT_EQ(torrent->key(), peers.torrent().v2_hex);
  EXPECT_EQ(session->torrents().size(), 1u);
  EXPECT_TRUE(eventually([&] { return torrent->metadata() != nullptr; }));
  EXPECT_EQ(add("magnet:?xt=urn:btih:" + cut_short), torrent);
  EXPECT_EQ(session->find(*swarm::InfoHash::parse(cut_short)), torrent);
  torrent.reset();
  session.reset();
  session = swarm::Session::create(client);
  auto const again = session->find(*swarm::InfoHash::parse(cut_short));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->key(), peers.torrent().v2_hex);
}

TEST_F(Live, AHybridHasOneNameWhateverHashItCameBy) {
  support::TorrentSpec spec{.files = {support::payload_file("film.mkv", MiB)}, .format = support::Format::hybrid};
  support::Swarm peers(make_torrent(spec));
  auto const& made = peers.torrent();
  auto magnet = "magnet:?xt=urn:btmh:1220" + made.v2_hex;
  for (auto const& peer : peers.endpoints()) magnet += "&x.pe=" + peer.str();
  auto torrent = add(magnet);
  auto reader = torrent->open(swarm::TheFilm{});
  EXPECT_TRUE(support::Payload().matches(0, read(*reader, MiB)));
  EXPECT_EQ(torrent->key(), made.v1_hex);
  EXPECT_EQ(torrent->hash().v2_hex(), made.v2_hex);
  EXPECT_EQ(session->find(*swarm::InfoHash::parse(made.v1_hex)), torrent);
  EXPECT_EQ(session->find(*swarm::InfoHash::parse(made.v2_hex)), torrent);
  EXPECT_TRUE(fs::exists(client.download_path + "/" + made.v1_hex + "/film.mkv"));
}

TEST_F(Live, RemoveEndsReadersAndDeletesFiles) {
  support::Swarm peers(make_torrent("film.mkv", 2 * MiB));
  auto torrent = add(peers.magnet());
  auto reader = torrent->open(swarm::TheFilm{});
  EXPECT_EQ(read(*reader, 2 * MiB).size(), 2u * MiB);
  auto const path = torrent->path_on_disk(0);
  EXPECT_EQ(fs::file_size(path), 2u * MiB);
  std::promise<std::string> done;
  EXPECT_TRUE(session->remove(torrent->hash(), true, [&](std::string const& error) { done.set_value(error); }));
  EXPECT_FALSE(session->remove(torrent->hash(), true));
  auto future = done.get_future();
  ASSERT_EQ(future.wait_for(10s), std::future_status::ready);
  EXPECT_EQ(future.get(), "");
  EXPECT_FALSE(fs::exists(fs::path(path).parent_path()));
  EXPECT_EQ(failure_of(*reader), swarm::Errc::removed);
  // and at once again
  auto again = add(peers.magnet())->open(swarm::TheFilm{});
  EXPECT_EQ(read(*again, 2 * MiB).size(), 2u * MiB);
}

TEST_F(Live, KeepDownloadsTheWholeFileAndOnlyThat) {
  support::TorrentSpec spec{
      .files = {support::payload_file("a.mkv", 3 * MiB, 1), support::payload_file("b.mkv", 2 * MiB, 2)},
      .name = "pack",
      .piece_size = 64 * KiB};
  support::Swarm peers(make_torrent(spec), 2);
  auto torrent = add(peers.magnet(), {.keep = swarm::FileChoice{swarm::TheFilm{}}});
  EXPECT_TRUE(eventually([&] { return torrent->status().state == swarm::TorrentStatus::State::complete; }));
  EXPECT_EQ(torrent->downloaded(0), 3 * MiB);
  EXPECT_LT(torrent->downloaded(1), 128 * KiB);
  EXPECT_EQ(support::read_file(torrent->path_on_disk(0)), support::Payload(1).bytes(0, 3 * MiB));
}

// A film that somebody looks at is not complete because another one is kept.
TEST_F(Live, WhatIsReadCounts) {
  support::Swarm swarm(
      make_torrent({.files = {support::payload_file("1.mkv", MiB, 1), support::payload_file("2.mkv", 64 * MiB, 2)},
                    .name = "series"}),
      1);
  auto torrent = add(swarm.magnet(), {.keep = 0});
  using State = swarm::TorrentStatus::State;
  ASSERT_TRUE(eventually([&] { return torrent->status().state == State::complete; }));
  auto reader = torrent->open(1);
  ASSERT_TRUE(support::Payload(2).matches(0, read(*reader, MiB)));
  EXPECT_TRUE(eventually([&] { return torrent->status().state == State::downloading; }));
  auto const status = torrent->status();
  EXPECT_EQ(status.wanted, 65 * MiB);
  EXPECT_LT(status.wanted_done, status.wanted) << "more than it reads ahead is missing";
  reader.reset();
  EXPECT_EQ(torrent->status().state, State::complete);
}

TEST_F(Live, ARestartGoesOnWhereItWas) {
  for (auto format : {support::Format::v1, support::Format::v2, support::Format::hybrid}) {
    support::TorrentSpec spec{
        .files = {support::payload_file("film.mkv", 6 * MiB)}, .format = format, .piece_size = 128 * KiB};
    support::Swarm peers(make_torrent(spec), 2);
    auto torrent = add(peers.magnet());
    EXPECT_TRUE(support::Payload().matches(0, read(*torrent->open(swarm::TheFilm{}, {.read_ahead = MiB}), 3 * MiB)));
    auto const hash = torrent->hash();
    auto const before = torrent->downloaded(0);
    torrent.reset();
    session.reset();

    session = swarm::Session::create(client);
    torrent = session->find(hash);
    ASSERT_TRUE(torrent);
    ASSERT_TRUE(eventually([&] { return torrent->metadata() && torrent->downloaded(0) >= before; }));
    EXPECT_TRUE(support::Payload().matches(0, read(*torrent->open(swarm::TheFilm{}), 6 * MiB)));
    EXPECT_LE(peers.wasted(), 512 * KiB);  // blocks of unfinished pieces, at the most
    std::promise<void> gone;
    session->remove(hash, true, [&](std::string const&) { gone.set_value(); });
    gone.get_future().wait();
  }
}

TEST_F(Live, FilesChangedBetweenTwoRunsAreNotBelieved) {
  support::Swarm peers(make_torrent("film.mkv", 2 * MiB), 1);
  std::string path;
  {
    auto torrent = add(peers.magnet());
    EXPECT_EQ(read(*torrent->open(swarm::TheFilm{}), 2 * MiB).size(), 2u * MiB);
    path = torrent->path_on_disk(0);
  }
  session.reset();
  fs::resize_file(path, MiB);  // shorter, and other bytes at the start
  support::write_file(path, std::string(300 * KiB, 'x') + support::Payload().bytes(300 * KiB, MiB - 300 * KiB));
  auto torrent = add(peers.magnet());
  EXPECT_TRUE(support::Payload().matches(0, read(*torrent->open(swarm::TheFilm{}), 2 * MiB)));
}

TEST_F(Live, FilesThatAreThereAlreadyAreChecked) {
  support::Swarm peers(make_torrent("film.mkv", 4 * MiB), 1);
  peers.torrent().write(client.download_path + "/" + peers.torrent().key);
  auto torrent = add(peers.magnet());
  EXPECT_TRUE(support::Payload().matches(0, read(*torrent->open(swarm::TheFilm{}), 4 * MiB)));
  EXPECT_EQ(peers.uploaded(), 0);
}

TEST_F(Live, FromAMetainfoFile) {
  support::Swarm peers(make_torrent("film.mkv", MiB), 1);
  auto const path = folder / "film.torrent";
  support::write_file(path, {peers.torrent().metainfo.data(), peers.torrent().metainfo.size()});
  auto torrent = add(path);
  torrent->add_sources(swarm::Locator::parse(peers.magnet()));
  EXPECT_TRUE(support::Payload().matches(0, read(*torrent->open(swarm::TheFilm{}), MiB)));
}

TEST_F(Live, ADiskWithoutRightsIsAClearError) {
  if (geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  support::Swarm peers(make_torrent("film.mkv", MiB), 1);
  session = swarm::Session::create(client);
  fs::permissions(client.download_path, fs::perms::owner_read | fs::perms::owner_exec);
  auto reader = add(peers.magnet())->open(swarm::TheFilm{});
  EXPECT_EQ(failure_of(*reader), swarm::Errc::permission);
  fs::permissions(client.download_path, fs::perms::owner_all);
}

TEST_F(Live, AFolderInTheWayOfAFileIsAClearErrorAndPasses) {
  support::Swarm peers(make_torrent("film.mkv", MiB), 1);
  auto const path = client.download_path + "/" + peers.torrent().key + "/film.mkv";
  fs::create_directories(path + "/in the way");
  auto torrent = add(peers.magnet());
  EXPECT_EQ(failure_of(*torrent->open(swarm::TheFilm{})), swarm::Errc::disk);
  EXPECT_EQ(torrent->status().state, swarm::TorrentStatus::State::error);
  fs::remove_all(path);
  EXPECT_TRUE(support::Payload().matches(0, read(*torrent->open(swarm::TheFilm{}), MiB)));
}

/// A file system of its own, gone at the end.
class SmallDisk {
 public:
  SmallDisk(std::string path, std::string const& size) : path_(std::move(path)) {
    fs::create_directories(path_);
    there_ = mount("none", path_.c_str(), "tmpfs", 0, ("size=" + size).c_str()) == 0;
  }
  SmallDisk(SmallDisk const&) = delete;
  SmallDisk& operator=(SmallDisk const&) = delete;
  ~SmallDisk() {
    if (there_) umount2(path_.c_str(), MNT_DETACH);
  }
  [[nodiscard]] bool there() const { return there_; }

 private:
  std::string path_;
  bool there_ = false;
};

TEST_F(Live, AFullDiskIsAClearErrorAndPasses) {
  SmallDisk disk(client.download_path, "2m");
  if (!disk.there()) GTEST_SKIP() << "no right to mount a small file system";
  support::write_file(client.download_path + "/in the way", std::string(MiB, 'x'));
  support::Swarm peers(make_torrent("film.mkv", MiB + MiB / 2, 64 * KiB), 1);
  auto torrent = add(peers.magnet());
  std::string what;
  {
    auto reader = torrent->open(swarm::TheFilm{});
    try {
      EXPECT_LT(read(*reader, 2 * MiB).size(), std::size_t{MiB + MiB / 2});
    } catch (swarm::Error const& error) {
      EXPECT_EQ(error.code(), swarm::Errc::no_space) << error.what();
      EXPECT_FALSE(error.advice().empty());
    }
  }
  EXPECT_EQ(torrent->status().state, swarm::TorrentStatus::State::error);
  fs::remove(client.download_path + "/in the way");
  EXPECT_TRUE(support::Payload().matches(0, read(*torrent->open(swarm::TheFilm{}), MiB + MiB / 2)));
  torrent.reset();
  session.reset();
}

TEST_F(Live, WhatAFullStateFolderDidNotTakeIsSavedLater) {
  SmallDisk disk(client.state_path, "1m");
  if (!disk.there()) GTEST_SKIP() << "no right to mount a small file system";
  support::Swarm peers(make_torrent("film.mkv", MiB, 64 * KiB), 1);
  session = swarm::Session::create(client);
  auto const filler = client.state_path + "/in the way";
  std::ofstream(filler) << std::string(2 * MiB, 'x');  // as much as there is room
  auto torrent = add(peers.magnet());
  EXPECT_TRUE(support::Payload().matches(0, read(*torrent->open(swarm::TheFilm{}), MiB)));
  auto const saved = client.state_path + "/torrents/" + peers.torrent().key + ".resume";
  EXPECT_FALSE(fs::exists(saved));
  fs::remove(filler);
  EXPECT_TRUE(eventually([&] { return fs::exists(saved); }, 20s));
  // The journal comes behind it.
  EXPECT_TRUE(eventually([&] {
    std::error_code none;
    auto const size = fs::file_size(client.state_path + "/torrents/" + peers.torrent().key + ".journal", none);
    return !none && size > 16 * 16;
  }));
  torrent.reset();
  session.reset();
  session = swarm::Session::create(client);
  auto const again = session->find(*swarm::InfoHash::parse(peers.torrent().key));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->status().pieces_done, 16);
  session.reset();
}

}  // namespace
