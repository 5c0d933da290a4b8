// SPDX-License-Identifier: LGPL-2.1-or-later
// Peers that break the protocol, and torrents of unusual shapes.
#include "live.hpp"
#include "support/leecher.hpp"

#include <future>

namespace {

using namespace live;
using support::make_torrent;
using support::Mischief;

struct Row {
  char const* name;
  Mischief mischief;
  bool alone;  ///< gives all that is needed, in its way
};
void PrintTo(Row const& row, std::ostream* out) { *out << row.name; }

class Rogues : public Live, public testing::WithParamInterface<std::tuple<Row, swarm::Verify>> {};

TEST_P(Rogues, DoNoHarm) {
  auto const& [row, verify] = GetParam();
  std::vector<support::SeederOptions> seeders{{.mischief = row.mischief}};
  if (!row.alone) seeders.push_back({.upload_limit = 8 * MiB});
  support::Swarm peers(make_torrent("film.mkv", 8 * MiB + 77, 128 * KiB), seeders);
  auto reader = add(peers.magnet())->open(swarm::TheFilm{}, {.verify = verify});
  EXPECT_TRUE(support::Payload().matches(0, read(*reader, 8 * MiB + 77)));
  EXPECT_TRUE(support::Payload().matches(5 * MiB, read_at(*reader, 5 * MiB, MiB)));
}

Row const rows[] = {{"Doubled", Mischief::doubled, true},      {"Unasked", Mischief::unasked, true},
                    {"Oversized", Mischief::oversized, false}, {"Truncated", Mischief::truncated, false},
                    {"Displaced", Mischief::displaced, false}, {"Garbage", Mischief::garbage, false},
                    {"Refusing", Mischief::refusing, false},   {"Choking", Mischief::choking, true}};
INSTANTIATE_TEST_SUITE_P(Table, Rogues,
                         testing::Combine(testing::ValuesIn(rows),
                                          testing::Values(swarm::Verify::strict, swarm::Verify::fast)),
                         [](auto const& info) {
                           return std::string(std::get<0>(info.param).name) +
                                  (std::get<1>(info.param) == swarm::Verify::fast ? "Fast" : "");
                         });

// A share of all peers lies now and then: in the modes that promise it, each byte is right.
class Liars : public Live, public testing::WithParamInterface<swarm::Verify> {
 protected:
  void reads_right(support::TorrentSpec spec) {
    support::SeederOptions const honest{.upload_limit = 12 * MiB};
    auto liar = honest, other = honest;
    liar.corrupt = {.every = 20};
    other.corrupt = {.every = 9, .first = 7};
    spec.files = {support::payload_file("film.mkv", 12 * MiB, 1)};
    support::Swarm peers(make_torrent(spec), {honest, liar, honest, other, honest});
    auto reader = add(peers.magnet())->open(swarm::TheFilm{}, {.verify = GetParam()});
    EXPECT_TRUE(support::Payload().matches(0, read(*reader, 12 * MiB)));
  }
};

TEST_P(Liars, TwoOfFive) {
  support::SeederOptions const honest{.upload_limit = 12 * MiB};
  auto liar = honest;
  liar.corrupt = {.every = 90};
  auto other = honest;
  other.corrupt = {.every = 40, .first = 7};
  support::Swarm peers(make_torrent("film.mkv", 24 * MiB, 256 * KiB), {honest, liar, honest, other, honest});
  auto reader = add(peers.magnet())->open(swarm::TheFilm{}, {.verify = GetParam()});
  for (std::int64_t const at : {0, 17, 5, 21, 11}) {
    reader->seek(at * MiB);
    ASSERT_TRUE(support::Payload().matches(at * MiB, read(*reader, 3 * MiB))) << at;
  }
}
// Nearly every piece fails at first: nobody but the liars may be lost by that.
TEST_P(Liars, TwoOfFiveAllTheTime) {
  support::SeederOptions const honest{.upload_limit = 12 * MiB};
  auto liar = honest, other = honest;
  liar.corrupt = {.every = 4};
  other.corrupt = {.every = 2, .first = 1};
  support::Swarm peers(make_torrent("film.mkv", 12 * MiB, 256 * KiB), {honest, liar, honest, other, honest});
  auto reader = add(peers.magnet())->open(swarm::TheFilm{}, {.verify = GetParam()});
  EXPECT_TRUE(support::Payload().matches(0, read(*reader, 12 * MiB)));
}

// libtorrent 2.0.8 must not be asked to find out which block of a v2 piece is wrong.
TEST_P(Liars, OfATorrentWithoutV1) { reads_right({.format = support::Format::v2}); }
// Nor be told of hashes while it waits for word of a piece's last block: small pieces, and more than its three seconds
// between two questions.
TEST_P(Liars, OfATorrentWithBoth) { reads_right({.format = support::Format::hybrid, .piece_size = 64 * KiB}); }
TEST_P(Liars, OfATorrentWithBothInMemory) {
  client.storage = swarm::StorageKind::ram;
  reads_right({.format = support::Format::hybrid, .piece_size = 64 * KiB});
}

INSTANTIATE_TEST_SUITE_P(Modes, Liars, testing::Values(swarm::Verify::strict, swarm::Verify::trusted),
                         [](auto const& info) { return info.param == swarm::Verify::strict ? "Strict" : "Trusted"; });

TEST_F(Live, PeersThatHaveNothingAreNotWaitedFor) {
  support::Swarm peers(make_torrent("film.mkv", 4 * MiB),
                       {{.has = [](int) { return false; }}, {.has = [](int) { return false; }}, {}});
  auto reader = add(peers.magnet())->open(swarm::TheFilm{});
  EXPECT_TRUE(support::Payload().matches(0, read(*reader, 4 * MiB)));
}

TEST_F(Live, HalvesOfAFilm) {
  support::Swarm peers(make_torrent("film.mkv", 8 * MiB, 64 * KiB), {{.has = [](int piece) { return piece % 2 == 0; }},
                                                                     {.has = [](int piece) { return piece % 2; }}});
  auto reader = add(peers.magnet())->open(swarm::TheFilm{}, {.verify = swarm::Verify::fast});
  EXPECT_TRUE(support::Payload().matches(0, read(*reader, 8 * MiB)));
}

// Metadata of many parts, from one peer.
TEST_F(Live, LargeMetadata) {
  support::TorrentSpec spec{.files = {support::payload_file("film.mkv", MiB)}, .name = "pack", .piece_size = 16 * KiB};
  for (int i = 0; i < 4000; ++i)
    spec.files.push_back(
        support::payload_file("a folder with a long name/" + std::string(60, 'x') + std::to_string(i), 10));
  support::Swarm peers(make_torrent(spec), 1);
  auto reader = add(peers.magnet())->open(swarm::TheFilm{});
  EXPECT_EQ(read(*reader, MiB),
            peers.torrent().files[static_cast<std::size_t>(peers.torrent().file_index("film.mkv"))].bytes());
}

// What we fetched by many requests we give to others whole.
TEST_F(Live, OthersGetTheMetadataFromUs) {
  support::TorrentSpec spec{.files = {support::payload_file("film.mkv", MiB)}, .name = "pack", .piece_size = 16 * KiB};
  for (int i = 0; i < 2000; ++i)
    spec.files.push_back(support::payload_file(std::string(60, 'x') + std::to_string(i), 10));
  support::Swarm peers(make_torrent(spec), 3);
  auto torrent = add(peers.magnet());
  auto reader = torrent->open(std::string("film.mkv"));
  ASSERT_EQ(read(*reader, MiB).size(), static_cast<std::size_t>(MiB));
  auto const port = static_cast<std::uint16_t>(session->status().listen_port);
  support::Leecher other(peers.torrent().magnet({{client.listen.substr(0, client.listen.rfind(':')), port}}));
  ASSERT_TRUE(other.wait_for_metadata());
  EXPECT_TRUE(eventually([&] { return other.pieces() >= 32; }));
}

// 100,000 pieces: what depends on their number has to stay cheap.
TEST_F(Live, AHugeTorrent) {
  support::Swarm peers(make_torrent("film.mkv", 100'000 * 16 * KiB, 16 * KiB), 2);
  auto torrent = add(peers.magnet());
  auto reader = torrent->open(swarm::TheFilm{});
  for (std::int64_t const at : {0 * MiB, 800 * MiB, 1500 * MiB, 3 * MiB})
    ASSERT_TRUE(support::Payload().matches(at, read_at(*reader, at, 2 * MiB))) << at;
}

TEST_F(Live, TheSmallestTorrent) {
  support::Swarm peers(make_torrent("film.mkv", 1, 16 * KiB));
  auto reader = add(peers.magnet())->open(swarm::TheFilm{}, {.verify = swarm::Verify::trusted});
  EXPECT_TRUE(support::Payload().matches(0, read(*reader, 10)));
}

/// The only peer is away for so long that libtorrent has tried it five times and would wait for five seconds more.
class ComesBack : public Live {
 protected:
  static constexpr auto away = 16s;
  static constexpr auto soon = 4s;
  support::Swarm peers{make_torrent("film.mkv", 16 * MiB), 1};
  std::shared_ptr<swarm::Torrent> torrent = add(peers.magnet());
  std::unique_ptr<swarm::Reader> reader = torrent->open(swarm::TheFilm{}, {.read_ahead = MiB});

  void SetUp() override {
    ASSERT_TRUE(support::Payload().matches(0, read(*reader, MiB)));
    peers[0].kill();
    ASSERT_TRUE(eventually([&] { return torrent->status().peers == 0; }));
  }
  bool read_on() { return support::Payload().matches(12 * MiB, read_at(*reader, 12 * MiB, 64 * KiB)); }
  auto back_after_a_while() {
    EXPECT_FALSE(eventually([&] { return torrent->status().peers > 0; }, away));
    peers[0].revive();
    return std::chrono::steady_clock::now();
  }
};

TEST_F(ComesBack, WhileAReaderWaits) {
  auto done = std::async(std::launch::async, [&] { return read_on(); });
  auto const begin = back_after_a_while();
  EXPECT_TRUE(done.get());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, soon);
}

TEST_F(ComesBack, BeforeAReaderDoes) {
  reader.reset();
  auto const begin = back_after_a_while();
  reader = torrent->open(swarm::TheFilm{});
  EXPECT_TRUE(read_on());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, soon);
}

}  // namespace
