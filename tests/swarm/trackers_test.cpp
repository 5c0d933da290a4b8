// SPDX-License-Identifier: LGPL-2.1-or-later
// Trackers that are no good, and who may be asked about a private torrent.
#include "live.hpp"
#include "support/plain_peer.hpp"
#include "support/tracker.hpp"

#include <algorithm>
#include <netinet/in.h>
#include <sys/socket.h>

namespace {

using namespace live;
using support::FaultyTracker;
using support::make_torrent;
using Fault = FaultyTracker::Fault;
using State = swarm::TrackerStatus::State;

std::optional<swarm::TrackerStatus> of(swarm::Torrent const& torrent, std::string const& url) {
  for (auto const& tracker : torrent.status().trackers)
    if (tracker.url == url) return tracker;
  return std::nullopt;
}

struct Row {
  char const* name;
  Fault fault;
  bool fails;  ///< is told as failed soon
};
void PrintTo(Row const& row, std::ostream* out) { *out << row.name; }

class BadTrackers : public Live, public testing::WithParamInterface<Row> {};

TEST_P(BadTrackers, AreToldOfAndNotWaitedFor) {
  FaultyTracker bad(GetParam().fault);
  support::Swarm peers(make_torrent("film.mkv", MiB));
  auto magnet = peers.magnet() + "&tr=" + support::percent_encode(bad.url());
  auto torrent = add(magnet);
  EXPECT_TRUE(support::Payload().matches(0, read(*torrent->open(swarm::TheFilm{}), MiB)));
  auto const started = torrent->status().phases.first_piece;
  ASSERT_TRUE(started);
  EXPECT_LT(*started, 3s);
  ASSERT_TRUE(eventually([&] { return bad.requests() > 0; }));
  if (GetParam().fails) {
    ASSERT_TRUE(eventually([&] {
      auto const told = of(*torrent, bad.url());
      return told && told->state == State::failed;
    }));
    EXPECT_FALSE(of(*torrent, bad.url())->message.empty());
    EXPECT_EQ(of(*torrent, bad.url())->message.find('\x1b'), std::string::npos);
  } else {
    auto const told = of(*torrent, bad.url());
    EXPECT_TRUE(!told || told->state == State::waiting);
  }
  EXPECT_FALSE(torrent->status().phases.tracker) << "no answer of use";
  auto const begin = std::chrono::steady_clock::now();
  torrent.reset();
  session->stop();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 2500ms) << "nor at the end";
}

Row const rows[] = {{"Silent", Fault::silent, false},   {"Garbage", Fault::garbage, true},
                    {"Failure", Fault::failure, true},  {"Error", Fault::error, true},
                    {"HangsUp", Fault::hangs_up, true}, {"Redirects", Fault::redirects, true}};
INSTANTIATE_TEST_SUITE_P(Table, BadTrackers, testing::ValuesIn(rows),
                         [](auto const& info) { return std::string(info.param.name); });

// Peers come from the tracker alone: all are asked at once, the good one is heard whatever the others do.
TEST_F(Live, OneGoodTrackerAmongBadOnes) {
  if (!support::Tracker::installed()) GTEST_SKIP() << support::Tracker::advice;
  FaultyTracker silent(Fault::silent), garbage(Fault::garbage), error(Fault::error), redirects(Fault::redirects);
  support::Fd deaf(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));  // takes datagrams, says nothing
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(bind(deaf.get(), reinterpret_cast<sockaddr*>(&at), sizeof at), 0);
  support::Tracker good;
  support::TorrentSpec spec{.files = {support::payload_file("film.mkv", MiB)}, .trackers = {good.http_url()}};
  auto made = make_torrent(spec);
  good.allow(made);
  support::Swarm peers(made, 1);
  ASSERT_TRUE(eventually([&] { return good.peers_of(made) > 0; }));
  made.trackers = {silent.url(), garbage.url(),   "udp://" + support::local_endpoint(deaf.get()).str() + "/announce",
                   error.url(),  redirects.url(), good.http_url()};
  auto torrent = add(made.magnet());
  EXPECT_TRUE(support::Payload().matches(0, read(*torrent->open(swarm::TheFilm{}), MiB)));
  auto const phases = torrent->status().phases;
  ASSERT_TRUE(phases.tracker && phases.first_piece);
  EXPECT_LT(*phases.tracker, 2s);
  EXPECT_LT(*phases.first_piece, 4s);
  EXPECT_EQ(of(*torrent, good.http_url())->state, State::working);
}

// ---- private torrents (BEP 27) ----

class Private : public Live {
 protected:
  Private() {
    client.inject_trackers = true;
    client.trackers = {injected.url()};
  }
  support::MadeTorrent make(bool is_private, std::int64_t size, int piece = 256 * KiB) const {
    return make_torrent(
        {.files = {support::payload_file("film.mkv", size)}, .piece_size = piece, .is_private = is_private});
  }
  std::string with_own(std::string const& magnet) const { return magnet + "&tr=" + support::percent_encode(own.url()); }
  FaultyTracker own{Fault::failure}, injected{Fault::failure};
};

// It leaves libtorrent and comes back each time: its own tracker hears of that, the injected one does not.
TEST_F(Private, InMemoryComesBackWithoutInjectedTrackers) {
  client.storage = swarm::StorageKind::ram;
  client.ram_budget = 4 * MiB;
  auto const made = make(true, 16 * MiB);
  support::PlainPeer peer({made}, {.extended = true});
  auto torrent = add(with_own(made.magnet({peer.endpoint()})));
  auto reader = torrent->open(swarm::TheFilm{});
  ASSERT_TRUE(support::Payload().matches(0, read(*reader, 12 * MiB)));
  ASSERT_TRUE(torrent->metadata()->is_private);
  EXPECT_FALSE(of(*torrent, injected.url())) << "it is not among its trackers any more";
  ASSERT_TRUE(eventually([&] { return own.requests() > 0; }));
  auto const injected_before = injected.requests();
  // A jump makes it leave if it goes where libtorrent believes to have pieces. One that was given up before it left the
  // last time is not among them: most jumps do, not all.
  std::int64_t at = 0;
  for (int time = 0; time < 3; ++time) {
    auto const own_before = own.requests();
    auto const jump = [&] {
      EXPECT_TRUE(support::Payload().matches(at, read_at(*reader, at, 3 * MiB))) << at;
      at = 8 * MiB - at;
    };
    ASSERT_TRUE(eventually([&] { return jump(), own.requests() > own_before; })) << "it does not come back: " << time;
  }
  EXPECT_EQ(injected.requests(), injected_before);
  EXPECT_FALSE(of(*torrent, injected.url()));
}

// A public one keeps them.
TEST_F(Private, NotPrivate) {
  client.storage = swarm::StorageKind::ram;
  client.ram_budget = 4 * MiB;
  support::Swarm peers(make(false, 16 * MiB), 2);
  auto torrent = add(with_own(peers.magnet()));
  auto reader = torrent->open(swarm::TheFilm{});
  ASSERT_TRUE(support::Payload().matches(0, read(*reader, 12 * MiB)));
  ASSERT_TRUE(eventually([&] { return injected.requests() > 0; }));
  auto const before = injected.requests();
  EXPECT_TRUE(support::Payload().matches(0, read_at(*reader, 0, MiB)));
  EXPECT_TRUE(eventually([&] { return injected.requests() > before; }));
}

// The uTP fall-back re-adds it while nobody knows yet that it is private.
TEST_F(Private, ReAddedForUtp) {
  auto const made = make(true, 2 * MiB);
  support::PlainPeer peer({made}, {.silent_for = 700ms, .extended = true});
  auto torrent = add(with_own(made.magnet({peer.endpoint()})));
  auto reader = torrent->open(swarm::TheFilm{});
  EXPECT_TRUE(support::Payload().matches(0, read(*reader, 2 * MiB)));
  ASSERT_TRUE(torrent->metadata()->is_private);
  EXPECT_FALSE(of(*torrent, injected.url()));
  EXPECT_TRUE(of(*torrent, own.url()));
}

TEST_F(Private, FromAFileIsNeverToldToOthers) {
  support::Swarm peers(make(true, MiB), 1);
  auto locator = swarm::Locator::from_metainfo(peers.torrent().metainfo);
  locator.trackers = {own.url()};
  for (auto const& peer : peers.endpoints()) locator.peers.push_back({peer.host, peer.port});
  session = swarm::Session::create(client);
  auto torrent = session->add(locator);
  EXPECT_TRUE(support::Payload().matches(0, read(*torrent->open(swarm::TheFilm{}), MiB)));
  ASSERT_TRUE(eventually([&] { return own.requests() > 0; }));
  torrent.reset();
  session.reset();  // and says good-bye to all trackers that it has
  EXPECT_EQ(injected.requests(), 0);
}

// A magnet's, too, of which nothing is known yet.
TEST_F(Live, TrackersThatAreAddedAreShownAtOnceAndRemembered) {
  FaultyTracker first(Fault::error), second(Fault::error);
  auto const hash = add(make_torrent("film.mkv", MiB).magnet() + "&tr=" + support::percent_encode(first.url()))->hash();
  ASSERT_TRUE(eventually([&] { return first.requests() > 0; }));
  swarm::Locator more;
  more.hash = hash;
  more.trackers = {second.url()};
  auto torrent = session->find(hash);
  torrent->add_sources(more);
  EXPECT_TRUE(of(*torrent, second.url()));
  torrent.reset();
  session->stop();
  auto const asked = second.requests();
  session = swarm::Session::create(client);
  torrent = session->find(hash);
  ASSERT_TRUE(torrent);
  torrent->set_rest(swarm::Rest::none);
  EXPECT_TRUE(eventually([&] { return second.requests() > asked; }));
}

// Peers of a private torrent come from its trackers: what other peers tell is not followed (BEP 11), also when the
// torrent came by a magnet.
TEST_F(Private, PeersOfPeersAreNotFollowed) {
  for (bool const is_private : {false, true}) {
    SCOPED_TRACE(is_private);
    client = settings(folder, is_private ? "private" : "public");
    auto const made = make(is_private, 16 * MiB);
    support::PlainPeer gossip({made}, {.extended = true}), stranger({made});
    auto torrent = add(made.magnet({gossip.endpoint()}));
    auto reader = torrent->open(swarm::TheFilm{}, {.read_ahead = MiB});  // more is wanted, but not now
    EXPECT_TRUE(support::Payload().matches(0, read(*reader, MiB)));
    gossip.tell_of(stranger.endpoint());
    EXPECT_EQ(eventually([&] { return stranger.met() > 0; }, is_private ? 700ms : 10s), !is_private);
    reader.reset();
    torrent.reset();
    session.reset();
  }
}

}  // namespace
