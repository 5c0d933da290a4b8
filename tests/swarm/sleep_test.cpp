// SPDX-License-Identifier: LGPL-2.1-or-later
// A torrent that nobody wants any more leaves libtorrent and memory, and comes back as it was.
#include "live.hpp"

#include <thread>

namespace {

using namespace live;

class Sleep : public Live {
 protected:
  bool falls_asleep(swarm::InfoHash const& hash) {
    return eventually([&] { return session->put_to_sleep(hash); });
  }
};

TEST_F(Sleep, AndBackAgain) {
  support::Swarm peers(support::make_torrent("film.mkv", 2 * MiB), 1);
  auto torrent = add(peers.magnet());
  auto const hash = torrent->hash();
  {
    auto reader = torrent->open(swarm::TheFilm{});
    ASSERT_TRUE(support::Payload().matches(0, read(*reader, 2 * MiB)));
    torrent->set_paused(true);
    EXPECT_FALSE(session->put_to_sleep(hash));
    EXPECT_FALSE(session->put_to_sleep(hash)) << "it is read";
  }
  torrent->set_paused(false);
  EXPECT_FALSE(session->put_to_sleep(hash)) << "it is with its swarm";
  torrent->set_paused(true);
  EXPECT_FALSE(session->put_to_sleep(hash));
  EXPECT_FALSE(session->put_to_sleep(hash)) << "it is held";
  auto const listed = session->torrents().at(0);
  torrent.reset();
  ASSERT_TRUE(falls_asleep(hash));
  EXPECT_TRUE(session->torrents().empty());
  EXPECT_TRUE(session->asleep(hash));
  ASSERT_EQ(session->sleeping().size(), 1u);
  EXPECT_EQ(session->sleeping()[0]->name, "film.mkv");
  EXPECT_EQ(session->sleeping()[0]->files.at(0).downloaded, 2 * MiB);
  EXPECT_FALSE(session->put_to_sleep(hash)) << "already";
  EXPECT_THROW(listed->check(), swarm::Error) << "this one is over";

  auto const fetched = peers.uploaded();
  auto const again = session->find(hash);
  ASSERT_TRUE(again && again->metadata());
  EXPECT_TRUE(session->sleeping().empty());
  EXPECT_TRUE(again->paused());
  EXPECT_TRUE(support::Payload().matches(0, read(*again->open(swarm::TheFilm{}), 2 * MiB)));
  EXPECT_EQ(peers.uploaded(), fetched) << "nothing was lost";
}

TEST_F(Sleep, WithAPartOfAFilm) {
  support::Swarm peers(support::make_torrent("film.mkv", 4 * MiB, 256 * KiB), 1);
  auto const hash = add(peers.magnet())->hash();
  {
    auto reader = session->find(hash)->open(swarm::TheFilm{}, {.read_ahead = 256 * KiB});
    ASSERT_TRUE(support::Payload().matches(MiB, read_at(*reader, MiB, 256 * KiB)));
  }
  session->find(hash)->set_paused(true);
  ASSERT_TRUE(falls_asleep(hash));
  auto const held = session->sleeping().at(0)->files.at(0).downloaded;
  EXPECT_GE(held, 256 * KiB);
  EXPECT_LT(held, 4 * MiB);
  EXPECT_EQ(session->find(hash)->downloaded(0), held) << "nothing was lost, nothing is fetched while it is paused";
  EXPECT_TRUE(support::Payload().matches(0, read(*session->find(hash)->open(swarm::TheFilm{}), 4 * MiB)))
      << "the rest comes from its peers, which are remembered";
}

TEST_F(Sleep, IsForgottenOrKeptAsOthers) {
  support::Swarm peers(support::make_torrent("film.mkv", MiB), 1);
  auto const hash = add(peers.magnet())->hash();
  read(*session->find(hash)->open(swarm::TheFilm{}), MiB);
  session->find(hash)->set_paused(true);
  ASSERT_TRUE(falls_asleep(hash));
  session->stop();
  session = swarm::Session::create(client);
  EXPECT_TRUE(session->asleep(hash));
  EXPECT_TRUE(session->remove(hash, true));
  EXPECT_FALSE(session->asleep(hash));
  EXPECT_EQ(session->find(hash), nullptr);
}

TEST_F(Sleep, WhileOthersComeAndGo) {
  support::Swarm peers(support::make_torrent("film.mkv", MiB), 1);
  auto const hash = add(peers.magnet())->hash();
  read(*session->find(hash)->open(swarm::TheFilm{}), MiB);
  std::jthread const sandman([&](std::stop_token const& stop) {
    while (!stop.stop_requested()) {
      for (auto const& torrent : session->torrents())
        if (torrent->readers() == 0) torrent->set_paused(true);
      session->put_to_sleep(hash);
    }
  });
  for (int i = 0; i < 60; ++i) {
    if (i % 3 == 0) {
      ASSERT_TRUE(eventually([&] { return session->asleep(hash); }));
    }
    auto const torrent = i % 2 ? session->find(hash) : add(peers.magnet());
    ASSERT_TRUE(torrent) << "it is never unknown";
    // It does not fall asleep between the two.
    EXPECT_TRUE(support::Payload().matches(0, read(*torrent->open(swarm::TheFilm{}), MiB)));
  }
}

}  // namespace
