// SPDX-License-Identifier: LGPL-2.1-or-later
// A disk that takes its time: this program's pwrite stands before the C library's, and its write, by which journals
// grow.
#include "live.hpp"

#include <atomic>
#include <dlfcn.h>
#include <filesystem>
#include <future>
#include <string>
#include <thread>
#include <unistd.h>

static std::atomic<std::chrono::milliseconds> delay = std::chrono::milliseconds(0);

extern "C" __attribute__((visibility("default"))) ssize_t pwrite64(int fd, void const* bytes, size_t size, off64_t at) {
  using Write = ssize_t (*)(int, void const*, size_t, off64_t);
  static auto const real = reinterpret_cast<Write>(dlsym(RTLD_NEXT, "pwrite64"));
  if (auto const time = delay.load(); time.count() > 0) std::this_thread::sleep_for(time);  // this is the slow disk
  return real(fd, bytes, size, at);
}

static std::atomic<bool> journals_held = false;
static std::atomic<int> waiting_journals = 0;

extern "C" __attribute__((visibility("default"))) ssize_t write(int fd, void const* bytes, size_t size) {
  using Write = ssize_t (*)(int, void const*, size_t);
  static auto const real = reinterpret_cast<Write>(dlsym(RTLD_NEXT, "write"));
  std::error_code none;
  if (journals_held &&
      std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd), none).extension() == ".journal") {
    ++waiting_journals;
    journals_held.wait(true);
  }
  return real(fd, bytes, size);
}

namespace {

using namespace live;
using support::make_torrent;

class SlowDisk : public Live {
 protected:
  SlowDisk() { delay = 200ms; }
  ~SlowDisk() override { delay = 0ms; }
};

// What needs no disk goes on as if nothing were: no thread that it needs waits for a write.
TEST_F(SlowDisk, StopsNobodyElse) {
  support::Swarm slow(make_torrent("slow.mkv", 64 * MiB, 256 * KiB), 2), quick(make_torrent("quick.mkv", 32 * MiB), 2);
  auto in_files = add(slow.magnet());
  auto in_ram = add(quick.magnet(), {.storage = swarm::StorageKind::ram, .ram_budget = 16 * MiB});
  auto waiting = in_files->open(swarm::TheFilm{}), reader = in_ram->open(swarm::TheFilm{});
  ASSERT_TRUE(eventually([&] { return in_files->status().phases.first_block.has_value(); }));
  EXPECT_TRUE(support::Payload().matches(0, read(*reader, 32 * MiB)));
  EXPECT_LT(in_files->downloaded(0), 32 * MiB);
  delay = 20ms;
  EXPECT_EQ(read(*waiting, 256 * KiB), slow.torrent().files[0].bytes().substr(0, 256 * KiB));
}

// More comes than the disk takes: peers are slowed down, memory stays bounded, nothing is lost.
TEST_F(SlowDisk, HoldsPeersBack) {
  client.profile = swarm::Profile::tv;
  support::Swarm peers(make_torrent("film.mkv", 48 * MiB, 256 * KiB), 2);
  auto torrent = add(peers.magnet());
  auto reader = torrent->open(swarm::TheFilm{}, {.read_ahead = 48 * MiB});
  EXPECT_TRUE(support::Payload().matches(0, read(*reader, 256 * KiB)));
  EXPECT_LT(peers.uploaded(), 24 * MiB) << "4 MiB may wait for the disk, and as much be on its way";
  delay = 0ms;
  EXPECT_TRUE(support::Payload().matches(256 * KiB, read(*reader, 47 * MiB)));
}

class SlowJournal : public Live {
 protected:
  static void hold() {
    waiting_journals = 0;
    journals_held = true;
  }
  static void let_go() {
    journals_held = false;
    journals_held.notify_all();
  }
  ~SlowJournal() override { let_go(); }
};

// A torrent without v1 hashes leaves libtorrent when a piece is wrong. What has passed and is not in the journal yet is
// right all the same: who fetched it again might write somebody's wrong bytes to where it is read.
TEST_F(SlowJournal, WhatHasPassedIsNotFetchedAgain) {
  constexpr int piece = 128 * KiB;
  auto const only = [](int number) { return [number](int p) { return p == number; }; };
  support::TorrentSpec spec{
      .files = {support::payload_file("film.mkv", 3 * piece)}, .format = support::Format::v2, .piece_size = piece};
  enum { last, first, liar, middle };
  support::Swarm peers(make_torrent(spec), {{.has = only(2)},
                                            {.has = only(0), .stall_after = 0},
                                            {.has = only(1), .corrupt = {.pieces = {1}}, .stall_after = 0},
                                            {.has = only(1)}});
  auto const torrent =
      add(peers.torrent().magnet({peers[last].endpoint(), peers[first].endpoint(), peers[liar].endpoint()}));
  auto const reader = torrent->open(swarm::TheFilm{});
  ASSERT_TRUE(support::Payload().matches(2 * piece, read_at(*reader, 2 * piece, piece))) << "there is a journal";
  hold();
  auto all = std::async(std::launch::async, [&] { return read_at(*reader, 0, 3 * piece); });
  std::shared_ptr<void> const in_the_end(nullptr, [](void*) { let_go(); });  // or nobody would end the read
  peers[first].resume();
  ASSERT_TRUE(eventually([&] { return waiting_journals == 1; })) << "the first piece has passed";
  peers[liar].resume();
  ASSERT_TRUE(eventually([&] { return peers[liar].uploaded() >= piece && peers[liar].peers() == 0; }));
  torrent->add_sources(swarm::Locator::parse(peers.torrent().magnet({peers[middle].endpoint()})));
  ASSERT_TRUE(eventually([&] { return peers[middle].uploaded() >= piece; })) << "all that is wanted was asked for";
  let_go();
  EXPECT_TRUE(support::Payload().matches(0, all.get()));
  for (auto const& [block, times] : peers[first].conduct().blocks()) EXPECT_EQ(times, 1) << "block " << block.second;
}

}  // namespace
