// SPDX-License-Identifier: LGPL-2.1-or-later
// A disk that takes its time: this program's pwrite stands before the C library's.
#include "live.hpp"

#include <atomic>
#include <dlfcn.h>
#include <thread>
#include <unistd.h>

static std::atomic<std::chrono::milliseconds> delay = std::chrono::milliseconds(0);

extern "C" __attribute__((visibility("default"))) ssize_t pwrite64(int fd, void const* bytes, size_t size, off64_t at) {
  using Write = ssize_t (*)(int, void const*, size_t, off64_t);
  static auto const real = reinterpret_cast<Write>(dlsym(RTLD_NEXT, "pwrite64"));
  if (auto const time = delay.load(); time.count() > 0) std::this_thread::sleep_for(time);  // this is the slow disk
  return real(fd, bytes, size, at);
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

}  // namespace
