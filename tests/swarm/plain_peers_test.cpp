// SPDX-License-Identifier: LGPL-2.1-or-later
// Peers without the fast extension (BEP 6), whose chokes drop requests without a word; and several torrents by the
// same peers over the same line.
#include "live.hpp"
#include "support/link.hpp"
#include "support/plain_peer.hpp"

#include <algorithm>
#include <map>
#include <thread>

namespace {

using namespace live;
using support::make_torrent;
using support::PlainPeer;

constexpr std::int64_t film = 8 * MiB + 77;

class PlainPeers : public Live, public testing::WithParamInterface<swarm::Verify> {
 protected:
  /// By its .torrent: these peers give no metadata.
  std::shared_ptr<swarm::Torrent> add_file(support::MadeTorrent const& made,
                                           std::vector<support::Endpoint> const& peers) {
    auto locator = swarm::Locator::from_metainfo(made.metainfo);
    for (auto const& peer : peers) locator.peers.push_back({peer.host, peer.port});
    if (!session) session = swarm::Session::create(client);
    return session->add(locator);
  }
  support::MadeTorrent const made = make_torrent("film.mkv", film, 128 * KiB);
};

TEST_P(PlainPeers, AlwaysReady) {
  PlainPeer peer({made});
  auto reader = add_file(made, {peer.endpoint()})->open(swarm::TheFilm{}, {.verify = GetParam()});
  EXPECT_TRUE(support::Payload().matches(5 * MiB, read_at(*reader, 5 * MiB, MiB)));
  EXPECT_TRUE(support::Payload().matches(0, read_at(*reader, 0, film)));
  EXPECT_EQ(peer.met(), 1);
}

TEST_P(PlainPeers, ThatChokeAllTheTime) {
  PlainPeer one({made}, {.blocks_until_choke = 25, .choked_for = 20ms});
  PlainPeer other({made}, {.blocks_until_choke = 40, .choked_for = 30ms});
  auto reader = add_file(made, {one.endpoint(), other.endpoint()})->open(swarm::TheFilm{}, {.verify = GetParam()});
  EXPECT_TRUE(support::Payload().matches(0, read(*reader, film)));
  EXPECT_GT(one.chokes() + other.chokes(), 10);
}

TEST_P(PlainPeers, OneThatChokesIsWaitedForIfThereIsNoOther) {
  PlainPeer peer({made}, {.blocks_until_choke = 60, .choked_for = 40ms, .first_choke = 200ms});
  auto reader = add_file(made, {peer.endpoint()})->open(swarm::TheFilm{}, {.verify = GetParam()});
  EXPECT_TRUE(support::Payload().matches(0, read(*reader, film)));
  EXPECT_GT(peer.chokes(), 5);
}

// What a choke dropped is asked of somebody else at once.
TEST_P(PlainPeers, AChokeForEverCostsLittle) {
  PlainPeer leaver({made}, {.blocks_until_choke = 100, .choked_for = -1ms});
  PlainPeer stayer({made});
  support::Link line(leaver.endpoint(), {.down = 4 * MiB, .delay = 10ms});
  support::Link slower(stayer.endpoint(), {.down = 4 * MiB, .delay = 20ms});
  auto reader = add_file(made, {line.endpoint(), slower.endpoint()})->open(swarm::TheFilm{}, {.verify = GetParam()});
  EXPECT_TRUE(support::Payload().matches(0, read(*reader, film)));
  EXPECT_EQ(leaver.chokes(), 1);
  std::map<std::pair<int, int>, PlainPeer::Time> taken;
  for (auto const& asked : stayer.asked()) taken.try_emplace({asked.piece, asked.start}, asked.at);
  int dropped = 0;
  auto longest = 0ms;
  for (auto const& asked : leaver.asked()) {
    if (!asked.dropped) continue;
    ++dropped;
    auto const found = taken.find({asked.piece, asked.start});
    ASSERT_NE(found, taken.end()) << "nobody was asked for block " << asked.start << " of piece " << asked.piece;
    longest =
        std::max(longest, std::chrono::duration_cast<std::chrono::milliseconds>(found->second - asked.dropped_at));
  }
  RecordProperty("longest_ms", static_cast<int>(longest.count()));
  EXPECT_GT(dropped, 0);
  EXPECT_LT(longest, 1500ms);
}

TEST_P(PlainPeers, AmongModernOnes) {
  PlainPeer plain({made}, {.blocks_until_choke = 30, .choked_for = 50ms});
  support::Swarm modern(made, {{.upload_limit = 4 * MiB}, {.mischief = support::Mischief::choking}});
  auto peers = modern.endpoints();
  peers.push_back(plain.endpoint());
  auto reader = add_file(made, peers)->open(swarm::TheFilm{}, {.verify = GetParam()});
  EXPECT_TRUE(support::Payload().matches(6 * MiB, read_at(*reader, 6 * MiB, MiB)));
  EXPECT_TRUE(support::Payload().matches(0, read_at(*reader, 0, film)));
}

INSTANTIATE_TEST_SUITE_P(Modes, PlainPeers, testing::Values(swarm::Verify::strict, swarm::Verify::fast),
                         [](auto const& info) { return info.param == swarm::Verify::strict ? "Strict" : "Fast"; });

// ---- several torrents, one line ----

struct Player {
  explicit Player(std::unique_ptr<swarm::Reader> r, std::uint64_t seed) : reader(std::move(r)), payload(seed) {}
  /// Reads from `at` until told to stop.
  void play(std::int64_t at) {
    position = at;
    thread = std::thread([this] {
      reader->seek(position);
      std::vector<std::byte> bytes(64 * KiB);
      for (;;) {
        auto const got = reader->read(bytes);
        if (got.outcome != swarm::Reader::Outcome::bytes) return;
        right = right && payload.matches(position, std::span(bytes).first(got.size));
        position += static_cast<std::int64_t>(got.size);
        read += static_cast<std::int64_t>(got.size);
      }
    });
  }
  void stop() {
    reader->cancel();
    if (thread.joinable()) thread.join();
    reader->uncancel();
  }
  ~Player() { stop(); }

  std::unique_ptr<swarm::Reader> reader;
  support::Payload payload;
  std::atomic<std::int64_t> position = 0, read = 0;
  std::atomic<bool> right = true;
  std::thread thread;
};

class TwoTorrents : public PlainPeers {
 protected:
  static constexpr std::int64_t size = 64 * MiB;
  support::MadeTorrent const first = make_torrent("first.mkv", size, 256 * KiB, 1);
  support::MadeTorrent const second = make_torrent("second.mkv", size, 256 * KiB, 2);
  PlainPeer one{{first, second}}, other{{first, second}};
};

TEST_F(TwoTorrents, BySamePeersOverOneLineNeitherStarves) {
  support::Link line(one.endpoint(), {.down = 3 * MiB, .delay = 10ms});
  support::Link line2(other.endpoint(), {.down = 3 * MiB, .delay = 10ms});
  std::vector const peers{line.endpoint(), line2.endpoint()};
  Player a(add_file(first, peers)->open(swarm::TheFilm{}), 1), b(add_file(second, peers)->open(swarm::TheFilm{}), 2);
  a.play(0);
  ASSERT_TRUE(eventually([&] { return a.read > MiB; })) << "it has the line for itself at first";
  b.play(0);
  ASSERT_TRUE(eventually([&] { return b.read > MiB; }));
  auto const a_before = a.read.load(), b_before = b.read.load();
  ASSERT_TRUE(eventually([&] { return a.read + b.read - a_before - b_before > 8 * MiB; }));
  auto const mine = a.read - a_before, yours = b.read - b_before;
  RecordProperty("first_KiB", static_cast<int>(mine / KiB));
  RecordProperty("second_KiB", static_cast<int>(yours / KiB));
  EXPECT_GT(mine, MiB);
  EXPECT_GT(yours, MiB);
  EXPECT_TRUE(a.right && b.right);
}

TEST_F(TwoTorrents, AJumpInOneDoesNotStopTheOther) {
  support::Link line(one.endpoint(), {.down = 4 * MiB, .delay = 10ms});
  std::vector const peers{line.endpoint()};
  Player a(add_file(first, peers)->open(swarm::TheFilm{}), 1), b(add_file(second, peers)->open(swarm::TheFilm{}), 2);
  a.play(0);
  b.play(0);
  ASSERT_TRUE(eventually([&] { return a.read > MiB && b.read > MiB; }));
  for (std::int64_t const at : {40, 20, 50}) {
    b.stop();
    b.play(at * MiB);
    auto const a_before = a.read.load(), b_before = b.read.load();
    auto const begin = std::chrono::steady_clock::now();
    EXPECT_TRUE(eventually([&] { return a.read > a_before && b.read > b_before + 512 * KiB; }, 4s)) << at;
    EXPECT_TRUE(eventually([&] { return a.read > a_before + 512 * KiB; }, 4s)) << at;
    RecordProperty("ms_" + std::to_string(at), static_cast<int>((std::chrono::steady_clock::now() - begin) / 1ms));
  }
  EXPECT_TRUE(a.right && b.right);
}

}  // namespace
