// SPDX-License-Identifier: LGPL-2.1-or-later
// Files whose room is given back, one by one: on a disk that takes its time, if the test says so, since this program's
// fallocate stands before the C library's.
#include "live.hpp"
#include "support/leecher.hpp"

#include <atomic>
#include <dlfcn.h>
#include <filesystem>
#include <future>
#include <sys/stat.h>
#include <unistd.h>

static std::atomic<bool> held = false;
static std::atomic<int> holes = 0, syncs = 0, syncs_before_holes = 0;

extern "C" __attribute__((visibility("default"))) int fallocate64(int fd, int mode, off64_t at, off64_t size) {
  using Allocate = int (*)(int, int, off64_t, off64_t);
  static auto const real = reinterpret_cast<Allocate>(dlsym(RTLD_NEXT, "fallocate64"));
  if (holes++ == 0) syncs_before_holes = syncs.load();
  held.wait(true);
  return real(fd, mode, at, size);
}

extern "C" __attribute__((visibility("default"))) int fdatasync(int fd) {
  using Sync = int (*)(int);
  static auto const real = reinterpret_cast<Sync>(dlsym(RTLD_NEXT, "fdatasync"));
  ++syncs;
  return real(fd);
}

namespace {

using namespace live;

constexpr int episodes = 4;
constexpr std::int64_t size = 3 * MiB + 100 * KiB;  // the pieces at joints hold parts of two

class Evict : public Live {
 protected:
  Evict() {
    support::TorrentSpec spec{.name = "show", .piece_size = 256 * KiB};
    for (int i = 0; i < episodes; ++i)
      spec.files.push_back(support::payload_file("episode " + std::to_string(i) + ".mkv", size, payload(i)));
    swarm_ = std::make_unique<support::Swarm>(support::make_torrent(spec), 2);
    torrent_ = add(swarm_->magnet());
    holes = 0;
  }
  ~Evict() override { let_go(); }
  static void let_go() {
    held = false;
    held.notify_all();
  }
  static std::uint64_t payload(int file) { return static_cast<std::uint64_t>(file) + 1; }

  void fetch(int file) {
    auto const reader = torrent_->open(file);
    ASSERT_TRUE(support::Payload(payload(file)).matches(0, read(*reader, size))) << file;
    ASSERT_TRUE(eventually([&] { return torrent_->downloaded(file) == size; })) << file;
  }
  std::string evict(int file) {
    std::promise<std::string> done;
    torrent_->evict(file, [&](std::string const& error) { done.set_value(error); });
    return done.get_future().get();
  }
  [[nodiscard]] std::int64_t on_disk(int file) const {
    struct stat found {};
    return stat(torrent_->path_on_disk(file).c_str(), &found) == 0 ? found.st_blocks * 512 : 0;
  }
  void restart() {
    auto const hash = torrent_->hash();
    torrent_.reset();
    session.reset();
    session = swarm::Session::create(client);
    torrent_ = session->find(hash);
    ASSERT_TRUE(torrent_);
  }

  std::unique_ptr<support::Swarm> swarm_;
  std::shared_ptr<swarm::Torrent> torrent_;
};

TEST_F(Evict, OneOfSeveralFiles) {
  for (int i = 0; i < episodes; ++i) fetch(i);
  EXPECT_EQ(evict(1), "");
  EXPECT_LT(torrent_->downloaded(1), 512 * KiB) << "what is left belongs to its neighbours";
  EXPECT_LT(on_disk(1), 512 * KiB);
  for (int i : {0, 2, 3}) {
    EXPECT_EQ(torrent_->downloaded(i), size) << i;
    EXPECT_TRUE(support::Payload(payload(i)).matches(0, support::read_file(torrent_->path_on_disk(i)))) << i;
  }
  restart();
  EXPECT_TRUE(eventually([&] { return torrent_->downloaded(0) == size; }));
  EXPECT_LT(torrent_->downloaded(1), 512 * KiB) << "it was told to the journal";
  EXPECT_EQ(torrent_->downloaded(3), size);
}

TEST_F(Evict, AllOfThemLeaveNothing) {
  for (int i = 0; i < episodes; ++i) fetch(i);
  for (int i : {2, 0, 3, 1}) EXPECT_EQ(evict(i), "");
  for (int i = 0; i < episodes; ++i) {
    EXPECT_EQ(torrent_->downloaded(i), 0) << i;
    EXPECT_LT(on_disk(i), 64 * KiB) << i;
  }
}

TEST_F(Evict, UnfinishedPiecesGoToo) {
  constexpr std::int64_t shared = size % (256 * KiB);  // bytes of the first file in the piece at the joint
  fetch(0);
  auto const bystander = torrent_->open(0);  // the torrent stays in libtorrent
  for (std::size_t i = 0; i < swarm_->size(); ++i) (*swarm_)[i].stall_after(96 * KiB);
  {
    auto const reader = torrent_->open(1, {.piece_timeout = 300ms});
    reader->seek(MiB);
    EXPECT_EQ(failure_of(*reader), swarm::Errc::read_timeout);
  }
  ASSERT_TRUE(eventually([&] { return on_disk(1) > 64 * KiB; }));
  EXPECT_EQ(evict(1), "");
  EXPECT_LE(on_disk(1), 256 * KiB - shared) << "what is left belongs to its neighbour";
  auto const before = swarm_->uploaded();
  for (std::size_t i = 0; i < swarm_->size(); ++i) (*swarm_)[i].resume();
  EXPECT_TRUE(eventually([&] { return swarm_->uploaded() > before; })) << "what was asked for before comes yet";
  EXPECT_LE(on_disk(1), 256 * KiB - shared);
  fetch(1);
  EXPECT_TRUE(support::Payload(payload(1)).matches(0, support::read_file(torrent_->path_on_disk(1))));
}

TEST_F(Evict, WhatIsWantedAgainIsFetchedAgain) {
  for (int i = 0; i < episodes; ++i) fetch(i);
  EXPECT_EQ(evict(1), "");
  EXPECT_EQ(evict(2), "");
  auto const watching = torrent_->open(0);  // is not disturbed
  for (int i : {2, 1}) fetch(i);
  EXPECT_TRUE(support::Payload(payload(0)).matches(0, read(*watching, size)));
  EXPECT_TRUE(support::Payload(payload(1)).matches(0, support::read_file(torrent_->path_on_disk(1))));
  restart();
  for (int i = 0; i < episodes; ++i) EXPECT_TRUE(eventually([&] { return torrent_->downloaded(i) == size; })) << i;
}

TEST_F(Evict, WhatIsWantedAgainWaitsUntilItIsGone) {
  for (int i = 0; i < episodes; ++i) fetch(i);
  held = true;
  std::promise<std::string> gone;
  torrent_->evict(1, [&](std::string const& error) { gone.set_value(error); });
  ASSERT_TRUE(eventually([&] { return holes > 0; }));
  auto const before = swarm_->uploaded();
  auto const reader = torrent_->open(1);
  auto bytes = std::async(std::launch::async, [&] { return read(*reader, size); });
  EXPECT_FALSE(eventually([&] { return swarm_->uploaded() > before; }, 700ms)) << "it would be taken away again";
  let_go();
  EXPECT_EQ(gone.get_future().get(), "");
  EXPECT_TRUE(support::Payload(payload(1)).matches(0, bytes.get()));
  EXPECT_TRUE(eventually([&] { return torrent_->downloaded(1) == size; }));
  EXPECT_TRUE(support::Payload(payload(1)).matches(0, support::read_file(torrent_->path_on_disk(1))));
}

// A loss of power in between must not leave a journal that vouches for holes.
TEST_F(Evict, TheJournalIsOnTheDiskFirst) {
  for (int i = 0; i < episodes; ++i) fetch(i);
  syncs = 0;
  EXPECT_EQ(evict(1), "");
  ASSERT_GT(holes, 0);
  EXPECT_EQ(syncs_before_holes, 1);
}

// One that has nothing of its own yet needs the piece at the joint.
TEST_F(Evict, NotWhatItsNeighboursNeed) {
  constexpr std::int64_t joint = 256 * KiB - 2 * size % (256 * KiB);
  fetch(1);
  auto const reader = torrent_->open(2, {.read_ahead = 1});
  EXPECT_TRUE(support::Payload(payload(2)).matches(0, read(*reader, joint, 16 * KiB)));
  EXPECT_EQ(evict(1), "");
  EXPECT_EQ(torrent_->downloaded(2), joint) << "it is read";
  EXPECT_LT(torrent_->downloaded(1), 512 * KiB);
  fetch(1);
  for (std::size_t i = 0; i < swarm_->size(); ++i) (*swarm_)[i].kill();
  torrent_->set_keep(swarm::FileChoice(0));
  auto const shared = torrent_->downloaded(0);
  ASSERT_GT(shared, 0);
  EXPECT_EQ(evict(1), "");
  EXPECT_EQ(torrent_->downloaded(0), shared) << "it is kept";
}

TEST_F(Evict, NotWhatIsInUse) {
  fetch(0);
  fetch(1);
  auto const reader = torrent_->open(1);
  EXPECT_EQ(torrent_->files_in_use(), std::vector{1});
  EXPECT_NE(evict(1), "");
  EXPECT_NE(evict(episodes), "");
  EXPECT_EQ(torrent_->downloaded(1), size);
  EXPECT_EQ(evict(0), "");
  EXPECT_TRUE(support::Payload(payload(1)).matches(0, read(*reader, size)));
}

TEST_F(Evict, WhatWasKeptIsKeptNoMore) {
  torrent_->set_keep(swarm::FileChoice(2));
  ASSERT_TRUE(eventually([&] { return torrent_->downloaded(2) == size; }));
  EXPECT_EQ(evict(2), "");
  EXPECT_EQ(torrent_->keep(), std::nullopt);
  auto const resume = client.state_path + "/torrents/" + torrent_->key() + ".resume";
  EXPECT_TRUE(eventually([&] { return support::read_file(resume).find("4:keep") == std::string::npos; }));
  fetch(0);  // time enough to fetch the other one too
  EXPECT_LT(torrent_->downloaded(2), 512 * KiB);
}

TEST_F(Evict, LimitsStay) {
  for (int i = 0; i < episodes; ++i) fetch(i);
  torrent_->set_limits(MiB, 0);
  EXPECT_EQ(evict(1), "");
  auto const start = std::chrono::steady_clock::now();
  fetch(1);
  EXPECT_GT(std::chrono::steady_clock::now() - start, 1500ms);
}

TEST_F(Evict, PeersDontGetIt) {
  for (int i = 0; i < episodes; ++i) fetch(i);
  EXPECT_EQ(evict(1), "");
  // It would hear of them from ours, and get all of it there.
  for (std::size_t i = 0; i < swarm_->size(); ++i) (*swarm_)[i].kill();
  auto const address = client.listen.substr(0, client.listen.rfind(':'));
  auto const port = static_cast<std::uint16_t>(session->status().listen_port);
  support::Leecher other(swarm_->torrent().magnet({{address, port}}));
  ASSERT_TRUE(other.wait_for_metadata());
  int const all = torrent_->metadata()->layout.piece_count();
  EXPECT_TRUE(eventually([&] { return other.pieces() >= all - 13; })) << other.pieces() << " of " << all;
  EXPECT_LT(other.pieces(), all);
  EXPECT_EQ(other.failed(), 0);
}

}  // namespace
