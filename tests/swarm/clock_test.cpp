// SPDX-License-Identifier: LGPL-2.1-or-later
// The wall clock jumps while a client downloads: nothing may depend on it.
#include "live.hpp"
#include "support/child.hpp"
#include "support/link.hpp"

#include <filesystem>

namespace {

using namespace live;

constexpr std::int64_t size = 8 * MiB;

support::Child download(std::string const& magnet, std::string const& folder) {
  return support::Child({KILLED_DOWNLOADER, magnet, folder, support::own_address()},
                        {.environment = {{"LD_PRELOAD", CLOCK_JUMPS}, {"ASAN_OPTIONS", "verify_asan_link_order=0"}}});
}

TEST_F(Live, TheWallClockJumpsWhileItDownloads) {
  auto const made = support::make_torrent("film.mkv", size, 128 * KiB);
  support::Swarm peers(made, 2, {.upload_limit = 3 * MiB});
  auto child = download(peers.magnet(), folder / "client");
  auto const begin = std::chrono::steady_clock::now();
  auto const end = child.wait(20s);
  ASSERT_TRUE(end) << "it stands still: " << child.out();
  EXPECT_TRUE(end->ok()) << end->code << ' ' << end->signal << child.err();
  RecordProperty("took_ms", static_cast<int>((std::chrono::steady_clock::now() - begin) / 1ms));
  EXPECT_LE(peers.wasted(), size / 4) << "nothing is taken for late";
  // What it left is believed: nothing is fetched again.
  auto const sent = peers.uploaded();
  auto torrent = add(peers.magnet());
  EXPECT_TRUE(support::Payload().matches(0, read(*torrent->open(swarm::TheFilm{}), size)));
  EXPECT_EQ(torrent->downloaded(0), size);
  EXPECT_EQ(peers.uploaded(), sent);
}

// Timers, too: a peer that falls silent is replaced in time.
TEST_F(Live, TheWallClockJumpsWhileAPeerStalls) {
  auto const made = support::make_torrent("film.mkv", size, 128 * KiB);
  support::Swarm peers(made, {{.upload_limit = 4 * MiB, .stall_after = MiB}, {.upload_limit = 4 * MiB}});
  auto child = download(peers.magnet(), folder / "client");
  auto const end = child.wait(20s);
  ASSERT_TRUE(end) << "it stands still: " << child.out();
  EXPECT_TRUE(end->ok()) << end->code << ' ' << end->signal << child.err();
}

// The clock of the machine was wrong when the files were written, or is wrong now.
TEST_F(Live, FilesFromAnotherDayAreUsedAllTheSame) {
  support::Swarm peers(support::make_torrent("film.mkv", size, 128 * KiB));
  std::string path;
  {
    auto torrent = add(peers.magnet());
    EXPECT_EQ(read(*torrent->open(swarm::TheFilm{}), size).size(), static_cast<std::size_t>(size));
    path = torrent->path_on_disk(0);
  }
  session.reset();
  auto const sent = peers.uploaded();
  for (auto const moved : {-24h, 48h}) {
    SCOPED_TRACE(moved.count());
    std::filesystem::last_write_time(path, std::filesystem::last_write_time(path) + moved);
    auto torrent = add(peers.magnet());
    EXPECT_TRUE(support::Payload().matches(0, read(*torrent->open(swarm::TheFilm{}), size)));
    torrent.reset();
    session.reset();
  }
  EXPECT_EQ(peers.uploaded(), sent) << "hashed anew, if need be, but not fetched";
}

}  // namespace
