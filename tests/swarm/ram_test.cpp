// SPDX-License-Identifier: LGPL-2.1-or-later
// Torrents that are held in memory.
#include "live.hpp"
#include "support/leecher.hpp"

#include <filesystem>
#include <future>
#include <random>

namespace {

using namespace live;
using support::make_torrent;

constexpr std::int64_t budget = 8 * MiB;
constexpr std::int64_t film = 48 * MiB;

class Ram : public Live {
 protected:
  Ram() { client.storage = swarm::StorageKind::ram, client.ram_budget = budget; }
  static std::int64_t held(swarm::Torrent const& torrent) { return torrent.downloaded(0); }
  static std::int64_t held_at(swarm::Torrent const& torrent, std::int64_t position) {
    for (auto const& range : torrent.available(0))
      if (range.begin <= position && position < range.end) return range.end - position;
    return 0;
  }
};

TEST_F(Ram, AFilmLargerThanTheBudgetIsReadThrough) {
  support::Swarm peers(make_torrent("film.mkv", film, 256 * KiB), 3);
  auto torrent = add(peers.magnet());
  auto reader = torrent->open(swarm::TheFilm{});
  for (std::int64_t at = 0; at < film; at += MiB) {
    ASSERT_TRUE(support::Payload().matches(at, read(*reader, MiB))) << at;
    ASSERT_LE(held(*torrent), budget) << at;
  }
  EXPECT_TRUE(torrent->path_on_disk(0).empty());
  EXPECT_FALSE(std::filesystem::exists(client.download_path + "/" + torrent->key()));
}

TEST_F(Ram, GoingBackFetchesAgain) {
  support::Swarm peers(make_torrent("film.mkv", film, 256 * KiB), 3);
  auto torrent = add(peers.magnet());
  auto reader = torrent->open(swarm::TheFilm{});
  ASSERT_TRUE(support::Payload().matches(0, read(*reader, 40 * MiB)));
  EXPECT_GT(torrent->available(0).front().begin, 0) << "the beginning was given up";
  std::mt19937 random(3);
  for (int i = 0; i < 12; ++i) {
    auto const at = std::uniform_int_distribution<std::int64_t>(0, film - MiB)(random);
    ASSERT_TRUE(support::Payload().matches(at, read_at(*reader, at, 700'000))) << at;
    ASSERT_LE(held(*torrent), budget);
  }
}

TEST_F(Ram, TwoReadersFarApart) {
  support::Swarm peers(make_torrent("film.mkv", film, 256 * KiB), 3);
  auto torrent = add(peers.magnet());
  auto first = torrent->open(swarm::TheFilm{}), second = torrent->open(swarm::TheFilm{});
  second->seek(film / 2);
  for (std::int64_t at = 0; at < film / 2; at += 512 * KiB) {
    ASSERT_TRUE(support::Payload().matches(at, read(*first, 512 * KiB))) << at;
    ASSERT_TRUE(support::Payload().matches(film / 2 + at, read(*second, 512 * KiB))) << at;
  }
}

// The end waits for what was read early; nobody else wants that any more, and its blocks went with the torrent.
TEST_F(Ram, WhatWasReadEarlyIsFetchedAgainForTheEnd) {
  support::Swarm peers(make_torrent("film.mkv", film, 256 * KiB), 1);
  auto torrent = add(peers.magnet());
  auto other = torrent->open(swarm::TheFilm{}, {.read_ahead = 256 * KiB});
  ASSERT_TRUE(support::Payload().matches(16 * MiB, read_at(*other, 16 * MiB, 16 * MiB)));
  ASSERT_EQ(held_at(*torrent, 16 * MiB), 0) << "it was given up";
  peers[0].set_upload_limit(100 * KiB);
  auto reader = torrent->open(swarm::TheFilm{}, {.piece_timeout = 15s, .verify = swarm::Verify::fast});
  ASSERT_TRUE(support::Payload().matches(0, read(*reader, 16 * KiB)));
  for (std::int64_t const held : {29, 30, 31})  // more places than it keeps
    ASSERT_TRUE(support::Payload().matches(held * MiB, read_at(*reader, held * MiB, 16 * KiB)));
  reader->seek(film - 64 * KiB);
  other->seek(16 * MiB);  // for which the torrent leaves libtorrent
  peers[0].set_upload_limit(0);
  EXPECT_TRUE(support::Payload().matches(16 * MiB, read(*other, 64 * KiB)));
  EXPECT_TRUE(support::Payload().matches(film - 64 * KiB, read(*reader, 64 * KiB)));
}

// Peers were told of pieces that are not there any more: they get others, and never wrong bytes.
TEST_F(Ram, NothingThatWasGivenUpIsUploaded) {
  support::Swarm peers(make_torrent("film.mkv", film, 256 * KiB), 2);
  auto torrent = add(peers.magnet());
  auto reader = torrent->open(swarm::TheFilm{});
  ASSERT_TRUE(support::Payload().matches(0, read(*reader, 40 * MiB)));
  auto const port = session->status().listen_port;
  ASSERT_GT(port, 0);
  auto const address = client.listen.substr(0, client.listen.rfind(':'));
  support::Leecher other(peers.torrent().magnet({{address, static_cast<std::uint16_t>(port)}}));
  ASSERT_TRUE(other.wait_for_metadata());
  EXPECT_TRUE(eventually([&] { return other.pieces() > 0; }));
  EXPECT_EQ(other.failed(), 0);
  // It goes on serving its own reader meanwhile.
  EXPECT_TRUE(support::Payload().matches(0, read_at(*reader, 0, 4 * MiB)));
  EXPECT_EQ(other.failed(), 0);
}

TEST_F(Ram, ASystemWithoutAnyFolderToWriteTo) {
  // Not even root makes a folder in a file.
  support::write_file(client.download_path + ".file", "");
  client.download_path += ".file/films";
  client.state_path = client.download_path + "/state";
  support::Swarm peers(make_torrent("film.mkv", 2 * MiB), 1);
  EXPECT_TRUE(support::Payload().matches(0, read(*add(peers.magnet())->open(swarm::TheFilm{}), 2 * MiB)));
  ASSERT_EQ(session->status().warnings.size(), 1u);
  EXPECT_NE(session->status().warnings[0].find(client.state_path), std::string::npos);
}

TEST_F(Ram, OneTorrentInMemoryAmongOthersInFiles) {
  client.storage = swarm::StorageKind::file;
  support::Swarm peers(make_torrent("film.mkv", 4 * MiB), 1), others(make_torrent("other.mkv", 4 * MiB), 1);
  auto in_ram = add(peers.magnet(), {.storage = swarm::StorageKind::ram});
  auto in_files = add(others.magnet());
  EXPECT_TRUE(support::Payload().matches(0, read(*in_ram->open(swarm::TheFilm{}), 4 * MiB)));
  EXPECT_EQ(read(*in_files->open(swarm::TheFilm{}), 4 * MiB), others.torrent().files[0].bytes());
  EXPECT_TRUE(in_ram->path_on_disk(0).empty());
  EXPECT_TRUE(std::filesystem::exists(in_files->path_on_disk(0)));
  std::promise<std::string> removed;
  session->remove(in_ram->hash(), true, [&](std::string const& error) { removed.set_value(error); });
  EXPECT_EQ(removed.get_future().get(), "");
}

}  // namespace
