// SPDX-License-Identifier: LGPL-2.1-or-later
// Web seeds (BEP 19): libtorrent picks for these, beside our own requests to peers.
#include "support/web_seed.hpp"

#include "live.hpp"
#include "support/link.hpp"

namespace {

using namespace live;
using support::make_torrent;
using support::WebSeed;
using Fault = WebSeed::Fault;

constexpr std::int64_t film = 8 * MiB + 77;

class WebSeeds : public Live {
 protected:
  static support::MadeTorrent make(std::vector<std::string> urls, int piece = 256 * KiB) {
    return make_torrent(
        {.files = {support::payload_file("film.mkv", film)}, .piece_size = piece, .web_seeds = std::move(urls)});
  }
  /// By its .torrent: a web seed gives no metadata.
  std::shared_ptr<swarm::Torrent> add_file(support::MadeTorrent const& made,
                                           std::vector<support::Endpoint> const& peers = {},
                                           swarm::AddOptions const& options = {}) {
    auto locator = swarm::Locator::from_metainfo(made.metainfo);
    for (auto const& peer : peers) locator.peers.push_back({peer.host, peer.port});
    if (!session) session = swarm::Session::create(client);
    return session->add(locator, options);
  }
  static void expect_all(swarm::Torrent& torrent, swarm::Verify verify = swarm::Verify::strict) {
    auto reader = torrent.open(swarm::TheFilm{}, {.verify = verify});
    EXPECT_TRUE(support::Payload().matches(5 * MiB, read_at(*reader, 5 * MiB, 700 * KiB)));
    EXPECT_TRUE(support::Payload().matches(0, read_at(*reader, 0, film)));
  }
};

TEST_F(WebSeeds, Alone) {
  for (auto verify : {swarm::Verify::strict, swarm::Verify::fast}) {
    WebSeed web;
    auto const made = make({web.url()});
    web.serve(made);
    auto torrent = add_file(made);
    expect_all(*torrent, verify);
    EXPECT_LE(web.served(), film + MiB);
    EXPECT_EQ(web.most_at_once(), 1) << "its address is in the .torrent and in what was asked for";
    torrent.reset();
    session.reset();
    client = settings(folder, "again");
  }
}

TEST_F(WebSeeds, OfATorrentOfManyFiles) {
  WebSeed web;
  auto const made = make_torrent(
      {.files = {support::payload_file("a b/1.txt", 100'000, 1), support::payload_file("empty", 0),
                 support::payload_file("a b/film é.mkv", 3 * MiB + 5, 2), support::payload_file("z.srt", 17, 3)},
       .name = "pack",
       .piece_size = 64 * KiB,
       .web_seeds = {web.url()}});
  web.serve(made);
  auto reader = add_file(made)->open(swarm::TheFilm{});
  EXPECT_TRUE(support::Payload(2).matches(0, read(*reader, 4 * MiB)));
}

TEST_F(WebSeeds, InAMagnet) {
  WebSeed web;
  auto const made = make({web.url()});
  web.serve(made);
  support::Swarm peers(made, 1, {.has = [](int) { return false; }});  // the metadata
  auto torrent = add(peers.magnet());
  expect_all(*torrent);
  EXPECT_EQ(peers.uploaded(), 0);
}

TEST_F(WebSeeds, ThatBecomesKnownLater) {
  WebSeed web;
  auto made = make({});
  web.serve(made);
  support::Swarm peers(made, 1, {.stall_after = 2 * MiB});
  auto torrent = add(peers.magnet());
  auto reader = torrent->open(swarm::TheFilm{});
  ASSERT_TRUE(support::Payload().matches(0, read(*reader, MiB)));
  torrent->add_sources({.web_seeds = {web.url()}});
  EXPECT_TRUE(support::Payload().matches(MiB, read(*reader, film)));
}

TEST_F(WebSeeds, BesidePeersLittleComesTwice) {
  WebSeed web;
  support::Link line(web.endpoint(), {.down = 4 * MiB, .delay = 5ms});
  auto const made = make({"http://" + line.endpoint().str() + "/"});
  web.serve(made);
  support::Swarm peers(made, 2);
  support::Link one(peers[0].endpoint(), {.down = 2 * MiB, .delay = 5ms});
  support::Link other(peers[1].endpoint(), {.down = 2 * MiB, .delay = 5ms});
  auto torrent = add_file(made, {one.endpoint(), other.endpoint()});
  ASSERT_TRUE(eventually([&] { return peers[0].peers() > 0 && peers[1].peers() > 0; }));
  auto reader = torrent->open(swarm::TheFilm{});
  EXPECT_TRUE(support::Payload().matches(0, read(*reader, film)));
  auto const twice = web.served() + peers.uploaded() - film;
  RecordProperty("twice_KiB", static_cast<int>(twice / KiB));
  EXPECT_GT(web.served(), MiB);
  EXPECT_GT(peers.uploaded(), MiB);
  EXPECT_LT(twice, film / 2);
}

// Its .torrent may come from anybody, and lead anywhere.
TEST_F(WebSeeds, AtAForbiddenAddressAreNotAsked) {
  WebSeed forbidden, web;
  auto const made = make({forbidden.url(), web.url()});
  forbidden.serve(made);
  web.serve(made);
  std::atomic<int> refused = 0;
  client.web_seed_allowed = [&](std::string const& address) {
    bool const allowed = address != forbidden.endpoint().host;
    refused += allowed ? 0 : 1;
    return allowed;
  };
  auto torrent = add_file(made);
  expect_all(*torrent);
  EXPECT_TRUE(eventually([&] { return refused > 0; }));
  torrent.reset();
  session.reset();
  EXPECT_EQ(forbidden.requests(), 0);
}

// What it was asked for before a jump stands in the way only for a moment.
TEST_F(WebSeeds, AJumpDoesNotWaitForWhatNobodyWants) {
  WebSeed web;
  support::Link line(web.endpoint(), {.down = 2 * MiB, .delay = 5ms});
  auto const made = make({"http://" + line.endpoint().str() + "/"}, 64 * KiB);
  web.serve(made);
  auto reader = add_file(made)->open(swarm::TheFilm{});
  ASSERT_FALSE(read(*reader, 100'000).empty());
  auto const begin = std::chrono::steady_clock::now();
  ASSERT_TRUE(support::Payload().matches(6 * MiB, read_at(*reader, 6 * MiB, 64 * KiB)));
  auto const took = std::chrono::steady_clock::now() - begin;
  RecordProperty("jump_ms", static_cast<int>(took / 1ms));
  EXPECT_LT(took, 2500ms) << "the whole rest takes 4 s";
}

// A slow one picks what is needed next, too.
TEST_F(WebSeeds, ASlowOneDoesNotHoldUpPeers) {
  WebSeed web;
  support::Link line(web.endpoint(), {.down = 50 * KiB});
  auto const made = make({"http://" + line.endpoint().str() + "/"});
  web.serve(made);
  support::Swarm peers(made, 2);
  support::Link one(peers[0].endpoint(), {.down = 4 * MiB, .delay = 5ms});
  support::Link other(peers[1].endpoint(), {.down = 4 * MiB, .delay = 5ms});
  auto torrent = add_file(made);
  auto reader = torrent->open(swarm::TheFilm{});
  std::byte first;
  (void)reader->try_read({&first, 1});  // now it wants something
  ASSERT_TRUE(eventually([&] { return web.requests() > 0; }));
  for (auto const& peer : {one.endpoint(), other.endpoint()}) torrent->add_sources({.peers = {{peer.host, peer.port}}});
  auto const begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(support::Payload().matches(0, read(*reader, film)));
  auto const took = std::chrono::steady_clock::now() - begin;
  RecordProperty("took_ms", static_cast<int>(took / 1ms));
  EXPECT_LT(took, 30s) << "it would take the web seed 160 s";
}

// Nobody reads, nobody keeps: nothing is to be fetched.
TEST_F(WebSeeds, NothingIsFetchedForNobody) {
  WebSeed web;
  auto const made = make({web.url()});
  web.serve(made);
  auto torrent = add_file(made);
  ASSERT_TRUE(eventually([&] { return torrent->metadata() != nullptr; }));
  EXPECT_FALSE(eventually([&] { return web.served() > MiB; }, 700ms));
  auto reader = torrent->open(swarm::TheFilm{}, {.read_ahead = 512 * KiB});
  ASSERT_TRUE(support::Payload().matches(0, read(*reader, 512 * KiB)));
  reader.reset();
  auto const before = web.served();
  EXPECT_FALSE(eventually([&] { return web.served() > before + 3 * MiB; }, 700ms));
  auto again = torrent->open(swarm::TheFilm{});
  EXPECT_TRUE(support::Payload().matches(0, read(*again, film)));
}

TEST_F(WebSeeds, InMemoryGoingBackFetchesAgain) {
  client.storage = swarm::StorageKind::ram;
  client.ram_budget = 2 * MiB;
  WebSeed web;
  constexpr int piece = 128 * KiB;
  auto const made = make({web.url()}, piece);
  web.serve(made);
  auto torrent = add_file(made);
  auto reader = torrent->open(swarm::TheFilm{});
  EXPECT_TRUE(support::Payload().matches(0, read(*reader, film)));
  for (std::int64_t const at : {0, 6, 2}) {
    EXPECT_TRUE(support::Payload().matches(at * MiB, read_at(*reader, at * MiB, MiB))) << at;
    EXPECT_LE(torrent->downloaded(0), client.ram_budget + piece) << "one that has just come";
    EXPECT_TRUE(eventually([&] { return torrent->downloaded(0) <= client.ram_budget; })) << "it makes room for itself";
  }
}

struct Row {
  char const* name;
  Fault fault;
};
void PrintTo(Row const& row, std::ostream* out) { *out << row.name; }

class BadWebSeeds : public WebSeeds, public testing::WithParamInterface<Row> {};

TEST_P(BadWebSeeds, DoNotHarmBesidePeers) {
  WebSeed web(GetParam().fault);
  auto const made = make({web.url()});
  web.serve(made);
  support::Swarm peers(made, 2);
  auto torrent = add_file(made, peers.endpoints());
  auto const begin = std::chrono::steady_clock::now();
  expect_all(*torrent);
  auto const took = std::chrono::steady_clock::now() - begin;
  RecordProperty("took_ms", static_cast<int>(took / 1ms));
  EXPECT_LT(took, 10s);
}

// It served well, and then no more, with requests under way.
TEST_P(BadWebSeeds, ThatWereGoodAreReplacedByPeers) {
  WebSeed web;
  support::Link line(web.endpoint(), {.down = 3 * MiB});
  auto const made = make({"http://" + line.endpoint().str() + "/"});
  web.serve(made);
  auto torrent = add_file(made);
  auto reader = torrent->open(swarm::TheFilm{});
  ASSERT_TRUE(support::Payload().matches(0, read(*reader, MiB)));
  web.set_fault(GetParam().fault);
  support::Swarm peers(made, 2);
  for (auto const& peer : peers.endpoints()) torrent->add_sources({.peers = {{peer.host, peer.port}}});
  EXPECT_TRUE(support::Payload().matches(MiB, read(*reader, film)));
}

TEST_P(BadWebSeeds, AreReplacedByOthers) {
  WebSeed bad(GetParam().fault), good;
  auto const made = make({bad.url(), good.url()});
  bad.serve(made);
  good.serve(made);
  expect_all(*add_file(made));
}

Row const rows[] = {{"Missing", Fault::missing}, {"Error", Fault::error},   {"Wrong", Fault::wrong},
                    {"Stalls", Fault::stalls},   {"Silent", Fault::silent}, {"NoRange", Fault::no_range},
                    {"HangsUp", Fault::hangs_up}};
INSTANTIATE_TEST_SUITE_P(Table, BadWebSeeds, testing::ValuesIn(rows),
                         [](auto const& info) { return std::string(info.param.name); });

}  // namespace
