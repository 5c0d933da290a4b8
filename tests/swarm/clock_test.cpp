// SPDX-License-Identifier: LGPL-2.1-or-later
// The wall clock jumps while a client downloads: nothing of ours may depend on it. (libtorrent 2.0.8 does: all its
// timers rest after a jump back until the time has come again. New peers are not met meanwhile.)
#include "live.hpp"
#include "support/child.hpp"

#include <fcntl.h>
#include <filesystem>
#include <unistd.h>

namespace {

using namespace live;

constexpr std::int64_t size = 8 * MiB;
constexpr long day = 24 * 3600;

class Clock : public Live, public testing::WithParamInterface<long> {
 protected:
  Clock() { support::write_file(folder / "clock", std::string(32, ' ')); }
  support::Child download(std::string const& magnet) {
    return support::Child({KILLED_DOWNLOADER, magnet, folder / "client", support::own_address()},
                          {.environment = {{"LD_PRELOAD", CLOCK_JUMPS},
                                           {"CLOCK_JUMPS", folder / "clock"},
                                           {"ASAN_OPTIONS", "verify_asan_link_order=0"}}});
  }
  /// The downloader's clock is wrong by so many seconds from now on.
  void jump(long seconds) const {
    auto text = std::to_string(seconds);
    text.resize(32, ' ');
    support::Fd const file(open((folder / "clock").c_str(), O_WRONLY | O_CLOEXEC));
    ASSERT_EQ(pwrite(file.get(), text.data(), text.size(), 0), 32);
  }
};

TEST_P(Clock, JumpsWhileItDownloads) {
  auto const made = support::make_torrent("film.mkv", size, 128 * KiB);
  support::Swarm peers(made, 2, {.upload_limit = 4 * MiB});
  auto child = download(peers.magnet());
  ASSERT_TRUE(child.wait_for_line("verified [1-9][0-9]{6}"));
  jump(GetParam());
  auto const end = child.wait(10s);
  ASSERT_TRUE(end) << "it stands still: " << child.out();
  EXPECT_TRUE(end->ok()) << end->code << ' ' << end->signal << child.err();
  EXPECT_LE(peers.wasted(), size * 2 / 3) << "not all is taken for late";
  // What it left is believed: nothing is fetched again.
  auto const sent = peers.uploaded();
  auto torrent = add(peers.magnet());
  EXPECT_TRUE(support::Payload().matches(0, read(*torrent->open(swarm::TheFilm{}), size)));
  EXPECT_EQ(torrent->downloaded(0), size);
  EXPECT_EQ(peers.uploaded(), sent);
}

// Our own timers: a peer that falls silent is replaced in time.
TEST_P(Clock, JumpsWhileAPeerStalls) {
  auto const made = support::make_torrent("film.mkv", size, 128 * KiB);
  support::Swarm peers(made, {{.upload_limit = 4 * MiB, .stall_after = 2 * MiB}, {.upload_limit = 4 * MiB}});
  auto child = download(peers.magnet());
  ASSERT_TRUE(child.wait_for_line("verified [1-9][0-9]{6}"));
  jump(GetParam());
  auto const end = child.wait(10s);
  ASSERT_TRUE(end) << "it stands still: " << child.out();
  EXPECT_TRUE(end->ok()) << end->code << ' ' << end->signal << child.err();
}

INSTANTIATE_TEST_SUITE_P(ByADay, Clock, testing::Values(day, -day),
                         [](auto const& info) { return info.param > 0 ? "Forward" : "Back"; });

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
