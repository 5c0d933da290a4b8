// SPDX-License-Identifier: LGPL-2.1-or-later
#include "swarm/reader.hpp"

#include "live.hpp"
#include "support/link.hpp"

#include <atomic>
#include <future>
#include <random>
#include <thread>

namespace {

using namespace live;
using Outcome = swarm::Reader::Outcome;
using support::make_torrent;

TEST_F(Live, ReadsAFileFromAMagnet) {
  support::Swarm peers(make_torrent("film.mkv", 5 * MiB + 4321), 3);
  auto torrent = add(peers.magnet());
  auto reader = torrent->open(swarm::TheFilm{});
  auto const bytes = read(*reader, 6 * MiB);
  EXPECT_EQ(bytes, peers.torrent().files[0].bytes());
  EXPECT_EQ(reader->size(), 5 * MiB + 4321);
  EXPECT_EQ(reader->file(), 0);
  std::byte byte;
  EXPECT_EQ(reader->read({&byte, 1}).outcome, Outcome::end);
  EXPECT_EQ(reader->available(), (std::vector<swarm::ByteRange>{{0, 5 * MiB + 4321}}));
}

TEST_F(Live, RandomSeeksLandRight) {
  support::Swarm peers(make_torrent("film.mkv", 24 * MiB, 128 * KiB), 3);
  auto reader = add(peers.magnet())->open(swarm::TheFilm{}, {.read_ahead = 2 * MiB});
  std::mt19937 random(7);
  for (int i = 0; i < 30; ++i) {
    auto const at = std::uniform_int_distribution<std::int64_t>(0, 24 * MiB - 1)(random);
    auto const size = std::min<std::int64_t>(100'000, 24 * MiB - at);
    EXPECT_TRUE(support::Payload().matches(at, read_at(*reader, at, static_cast<std::size_t>(size)))) << at;
  }
}

TEST_F(Live, AllKindsOfTorrents) {
  for (auto format : {support::Format::v1, support::Format::v2, support::Format::hybrid}) {
    support::TorrentSpec spec{
        .files = {support::payload_file("a.txt", 1000, 1), support::payload_file("empty", 0),
                  support::payload_file("dir/film.mp4", 700 * KiB + 5, 2), support::payload_file("z.srt", 17, 3)},
        .name = "pack",
        .format = format,
        .piece_size = 64 * KiB};
    support::Swarm peers(make_torrent(spec), 2);
    auto torrent = add(peers.magnet());
    for (std::size_t i = 0; i < peers.torrent().files.size(); ++i) {
      auto const& file = peers.torrent().files[i];
      if (eventually([&] { return torrent->metadata() != nullptr; });
          torrent->metadata()->layout.file(static_cast<int>(i)).padding)
        continue;
      auto reader = torrent->open(static_cast<int>(i));
      EXPECT_EQ(read(*reader, static_cast<std::size_t>(file.size) + 1), file.bytes()) << file.path;
    }
    EXPECT_EQ(torrent->hash().key(), peers.torrent().key);
  }
}

TEST_F(Live, SeveralReadersOfOneTorrent) {
  support::Swarm peers(make_torrent("film.mkv", 8 * MiB), 3);
  auto torrent = add(peers.magnet());
  std::vector<std::thread> threads;
  std::atomic<int> right = 0;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&, i] {
      auto reader = torrent->open(swarm::TheFilm{}, {.read_ahead = MiB});
      auto const at = i * MiB;
      if (support::Payload().matches(at, read_at(*reader, at, MiB))) ++right;
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(right, 8);
  EXPECT_EQ(torrent->readers(), 0);
}

TEST_F(Live, CancelEndsAWait) {
  // Nobody there: first it waits for metadata, then (with the metadata known) for a piece.
  auto const made = make_torrent("film.mkv", MiB);
  support::Swarm peers(made, 1, {.stall_after = 0});
  for (auto const& magnet : {made.magnet(), peers.magnet()}) {
    auto torrent = add(magnet);
    if (magnet == peers.magnet()) {
      ASSERT_TRUE(eventually([&] { return torrent->metadata() != nullptr; }));
    }
    auto reader = torrent->open(swarm::TheFilm{});
    std::promise<swarm::Reader::Result> result;
    std::thread consumer([&] {
      std::byte byte;
      result.set_value(reader->read({&byte, 1}));
    });
    auto future = result.get_future();
    EXPECT_EQ(future.wait_for(50ms), std::future_status::timeout);
    reader->cancel();
    EXPECT_EQ(future.get().outcome, Outcome::cancelled);
    consumer.join();
    std::byte byte;
    EXPECT_EQ(reader->read({&byte, 1}).outcome, Outcome::cancelled);  // until uncancel()
    EXPECT_EQ(reader->try_read({&byte, 1}).outcome, Outcome::cancelled);
    reader->uncancel();
    EXPECT_EQ(reader->try_read({&byte, 1}).outcome, Outcome::again);
  }
}

TEST_F(Live, TimeoutsSayWhatWasMissing) {
  auto const made = make_torrent("film.mkv", MiB);
  swarm::ReaderOptions const impatient{.metadata_timeout = 150ms, .piece_timeout = 150ms};
  auto torrent = add(made.magnet());
  auto reader = torrent->open(swarm::TheFilm{}, impatient);
  std::string what;
  EXPECT_EQ(failure_of(*reader, &what), swarm::Errc::metadata_timeout);
  EXPECT_NE(what.find("0 peers"), std::string::npos) << what;

  support::Swarm peers(made, 1, {.stall_after = 0});
  torrent->add_sources(swarm::Locator::parse(peers.magnet()));
  ASSERT_TRUE(eventually([&] { return torrent->metadata() != nullptr; }));
  EXPECT_EQ(failure_of(*reader, &what), swarm::Errc::read_timeout);
  peers[0].resume();
  std::byte byte;
  auto patient = torrent->open(swarm::TheFilm{});
  EXPECT_EQ(patient->read({&byte, 1}).outcome, Outcome::bytes);
}

// A large piece may take longer than anybody's patience: that is for peers that send nothing.
TEST_F(Live, APieceThatComesSlowlyIsWaitedFor) {
  support::Swarm peers(make_torrent("film.mkv", MiB, static_cast<int>(MiB)), 1,
                       {.upload_limit = static_cast<int>(300 * KiB)});
  auto reader = add(peers.magnet())->open(swarm::TheFilm{}, {.piece_timeout = 1500ms, .verify = swarm::Verify::strict});
  EXPECT_TRUE(support::Payload().matches(0, read(*reader, MiB)));
}

// But not for as long as somebody likes, who sends a block now and then.
TEST_F(Live, APieceThatComesTooSlowlyIsAnError) {
  support::Swarm peers(make_torrent("film.mkv", 4 * MiB, static_cast<int>(4 * MiB)), 1);
  support::Link line(peers[0].endpoint(), {.down = 200 * KiB});
  auto reader = add(peers.torrent().magnet({line.endpoint()}))
                    ->open(swarm::TheFilm{}, {.piece_timeout = 500ms, .verify = swarm::Verify::strict});
  EXPECT_EQ(failure_of(*reader), swarm::Errc::read_timeout);
}

TEST_F(Live, TryReadWakesItsConsumer) {
  support::Swarm peers(make_torrent("film.mkv", 3 * MiB), 2, {.upload_limit = 4 * MiB});
  auto reader = add(peers.magnet())->open(swarm::TheFilm{});
  std::mutex mutex;
  std::condition_variable changed;
  int wakes = 0;
  reader->on_wake([&] {
    std::lock_guard lock(mutex);
    ++wakes;
    changed.notify_one();
  });
  std::string bytes(3 * MiB, '\0');
  std::size_t done = 0;
  int used = 0;
  while (done < bytes.size()) {
    auto const result = reader->try_read(std::as_writable_bytes(std::span(bytes)).subspan(done));
    done += result.size;
    if (result.outcome == Outcome::bytes) continue;
    ASSERT_EQ(result.outcome, Outcome::again);
    std::unique_lock lock(mutex);
    ASSERT_TRUE(changed.wait_for(lock, 20s, [&] { return wakes > used; }));
    used = wakes;
  }
  EXPECT_TRUE(support::Payload().matches(0, bytes));
  EXPECT_GT(wakes, 0);
  reader->on_wake({});
}

TEST_F(Live, NothingBeyondTheWindowIsFetched) {
  support::Swarm peers(make_torrent("film.mkv", 64 * MiB, 64 * KiB), 2);
  auto torrent = add(peers.magnet());
  auto reader = torrent->open(swarm::TheFilm{}, {.read_ahead = MiB});
  reader->set_end(3 * MiB);
  EXPECT_EQ(read(*reader, 3 * MiB).size(), 3u * MiB);
  reader.reset();
  auto probe = torrent->open(swarm::TheFilm{}, {.read_ahead = 64 * KiB});
  EXPECT_FALSE(read_at(*probe, 32 * MiB, 1).empty());
  for (auto const& range : torrent->available(0))
    EXPECT_TRUE(range.end <= 3 * MiB + 64 * KiB || range.begin >= 31 * MiB) << range.begin << ' ' << range.end;
}

TEST_F(Live, WhatIsNotHereIsNotFetchedForEverybody) {
  support::Swarm peers(make_torrent("film.mkv", 8 * MiB, 64 * KiB), 2);
  auto torrent = add(peers.magnet());
  auto reader = torrent->open(swarm::TheFilm{}, {.read_ahead = MiB});
  reader->set_end(MiB);
  ASSERT_EQ(read(*reader, MiB).size(), 1U * MiB);
  reader.reset();
  torrent->set_paused(true);

  auto quiet = torrent->open(swarm::TheFilm{}, {.fetch = swarm::Fetch::nothing});
  EXPECT_TRUE(support::Payload().matches(1000, read_at(*quiet, 1000, 64 * KiB)));
  quiet->seek(4 * MiB);
  EXPECT_EQ(failure_of(*quiet), swarm::Errc::read_timeout);
  EXPECT_EQ(torrent->status().state, swarm::TorrentStatus::State::paused);
  EXPECT_TRUE(torrent->reading_places().empty());

  auto last = torrent->open(swarm::TheFilm{}, {.read_ahead = 64 * KiB, .fetch = swarm::Fetch::last});
  EXPECT_TRUE(support::Payload().matches(4 * MiB, read_at(*last, 4 * MiB, 64 * KiB)));
}

// TCP is tried first; who does not take it is not given up.
TEST_F(Live, PeersThatSpeakUtpOnly) {
  support::Swarm peers(make_torrent("film.mkv", 4 * MiB), 2, {.utp = true, .tcp = false});
  auto torrent = add(peers.magnet());
  auto reader = torrent->open(swarm::TheFilm{});
  EXPECT_TRUE(support::Payload().matches(0, read(*reader, 4 * MiB)));
  auto const connected = torrent->status().phases.connect;
  ASSERT_TRUE(connected);
  RecordProperty("connected_ms", static_cast<int>(connected->count()));
  EXPECT_LT(*connected, 4s) << "not by the next round of attempts";
}

// Somebody wants to know what is in it.
TEST_F(Live, MetadataOfPeersThatSpeakUtpOnly) {
  support::Swarm peers(make_torrent("film.mkv", 4 * MiB), 1, {.utp = true, .tcp = false});
  auto torrent = add(peers.magnet());
  EXPECT_TRUE(eventually([&] { return torrent->metadata() != nullptr; }));
}

TEST_F(Live, WrongFileSaysSo) {
  support::Swarm peers(make_torrent("film.mkv", MiB));
  auto torrent = add(peers.magnet());
  EXPECT_EQ(failure_of(*torrent->open(7)), swarm::Errc::not_found);
  EXPECT_EQ(failure_of(*torrent->open(std::string("other.mkv"))), swarm::Errc::not_found);
}

TEST_F(Live, CorruptPeersCostNoWrongByte) {
  support::Swarm peers(make_torrent("film.mkv", 4 * MiB), {support::SeederOptions{}, support::SeederOptions{},
                                                           support::SeederOptions{.corrupt = {.every = 3}}});
  auto reader = add(peers.magnet())->open(swarm::TheFilm{});
  EXPECT_TRUE(support::Payload().matches(0, read(*reader, 4 * MiB)));
}

// Long enough for libtorrent's trust in the honest ones to wrap round: a failed piece then bans them all.
TEST_F(Live, ALiarDoesNotTakeTheHonestOnesAlong) {
  support::SeederOptions const honest{.upload_limit = 12 * MiB};
  auto liar = honest;
  liar.corrupt = {.every = 50};
  support::Swarm peers(make_torrent("film.mkv", 32 * MiB, 128 * KiB), {honest, honest, honest, honest, liar});
  auto reader = add(peers.magnet())->open(swarm::TheFilm{});
  EXPECT_TRUE(support::Payload().matches(0, read(*reader, 32 * MiB)));
}

// ---- blocks before pieces ----

constexpr swarm::ReaderOptions patient(swarm::Verify verify) { return {.read_ahead = 8 * MiB, .verify = verify}; }
constexpr swarm::ReaderOptions impatient(swarm::Verify verify) {
  return {.read_ahead = 8 * MiB, .piece_timeout = 400ms, .verify = verify};
}

TEST_F(Live, BlocksAreReadBeforeTheirPieceIsWhole) {
  support::Swarm peers(make_torrent("film.mkv", 16 * MiB, 4 * MiB), 1, {.stall_after = MiB});
  auto torrent = add(peers.magnet());
  auto strict = torrent->open(swarm::TheFilm{}, impatient(swarm::Verify::strict));
  EXPECT_EQ(failure_of(*strict), swarm::Errc::read_timeout);
  auto trusted = torrent->open(swarm::TheFilm{}, impatient(swarm::Verify::trusted));
  EXPECT_EQ(failure_of(*trusted), swarm::Errc::read_timeout) << "nobody has earned any trust yet";
  auto fast = torrent->open(swarm::TheFilm{}, patient(swarm::Verify::fast));
  EXPECT_TRUE(support::Payload().matches(0, read(*fast, 512 * KiB)));
  EXPECT_TRUE(torrent->available(0).empty()) << "others see verified bytes only";
  peers[0].resume();
  EXPECT_TRUE(support::Payload().matches(512 * KiB, read(*fast, 15 * MiB)));
}

// Only the part from the reader on is needed at first, but the piece must become whole all the same.
TEST_F(Live, APieceEnteredInTheMiddleBecomesWhole) {
  support::Swarm peers(make_torrent("film.mkv", 16 * MiB, 4 * MiB), 2);
  auto torrent = add(peers.magnet());
  auto reader = torrent->open(swarm::TheFilm{}, patient(swarm::Verify::fast));
  reader->set_end(8 * MiB);
  EXPECT_TRUE(support::Payload().matches(6 * MiB, read_at(*reader, 6 * MiB, 256 * KiB)));
  EXPECT_TRUE(eventually([&] {
    auto const ranges = torrent->available(0);
    return !ranges.empty() && ranges.back().begin <= 4 * MiB && ranges.back().end == 8 * MiB;
  }));
}

TEST_F(Live, WrongBytesThatWereReadEarlyAreToldOf) {
  support::Swarm peers(make_torrent("film.mkv", 4 * MiB, MiB), 1, {.corrupt = {.pieces = {0}}});
  auto torrent = add(peers.magnet());
  auto reader = torrent->open(swarm::TheFilm{}, {.verify = swarm::Verify::fast});
  EXPECT_FALSE(support::Payload().matches(0, read(*reader, 64 * KiB)));
  std::optional<swarm::Errc> told;
  ASSERT_TRUE(eventually([&] {
    reader->seek(0);
    told = failure_of(*reader);
    return told.has_value();
  }));
  EXPECT_EQ(told, swarm::Errc::wrong_bytes);
  // Fetched anew, from somebody else.
  auto& honest = peers.add();
  torrent->add_sources({.peers = {{honest.endpoint().host, honest.endpoint().port}}});
  auto strict = torrent->open(swarm::TheFilm{});
  EXPECT_TRUE(support::Payload().matches(0, read(*strict, 4 * MiB)));
}

TEST_F(Live, NobodyGetsAllBytesWithWrongOnesAmongThem) {
  support::Swarm peers(make_torrent("film.mkv", 2 * MiB, MiB), 1, {.corrupt = {.pieces = {0}}});
  auto torrent = add(peers.magnet());
  for (bool const to_the_end_of_the_file : {true, false}) {
    auto reader = torrent->open(swarm::TheFilm{}, patient(swarm::Verify::fast));
    std::int64_t const end = to_the_end_of_the_file ? 2 * MiB : MiB;
    if (!to_the_end_of_the_file) reader->set_end(end);
    std::vector<std::byte> buffer(256 * KiB);
    std::optional<swarm::Errc> told;
    try {
      while (reader->position() < end)
        reader->read(std::span(buffer).first(
            static_cast<std::size_t>(std::min<std::int64_t>(end - reader->position(), 256 * KiB))));
    } catch (swarm::Error const& error) {
      told = error.code();
    }
    EXPECT_EQ(told, swarm::Errc::wrong_bytes);
    EXPECT_LT(reader->position(), end);
    if (!told) continue;
    // The next one finds another liar.
    auto& other = peers.add({.corrupt = {.pieces = {0}}});
    torrent->add_sources({.peers = {{other.endpoint().host, other.endpoint().port}}});
  }
}

TEST_F(Live, TrustIsEarnedAndUsedAfterAJump) {
  support::Swarm peers(make_torrent("film.mkv", 64 * MiB, 4 * MiB), 2);
  auto torrent = add(peers.magnet());
  auto reader = torrent->open(swarm::TheFilm{}, patient(swarm::Verify::trusted));
  reader->set_end(24 * MiB);
  ASSERT_TRUE(support::Payload().matches(0, read(*reader, 24 * MiB)));
  for (std::size_t i = 0; i < peers.size(); ++i) peers[i].stall_after(512 * KiB);
  reader->seek(41 * MiB);
  reader->set_end(std::nullopt);
  EXPECT_TRUE(support::Payload().matches(41 * MiB, read(*reader, 256 * KiB)));
  auto strict = torrent->open(swarm::TheFilm{}, impatient(swarm::Verify::strict));
  strict->seek(41 * MiB);
  EXPECT_EQ(failure_of(*strict), swarm::Errc::read_timeout);
}

TEST_F(Live, SeedersThatDieAreReplaced) {
  support::Swarm peers(make_torrent("film.mkv", 6 * MiB), 3, {.upload_limit = 3 * MiB});
  auto reader = add(peers.magnet())->open(swarm::TheFilm{});
  EXPECT_TRUE(support::Payload().matches(0, read(*reader, MiB)));
  peers[0].kill();
  peers[1].stall();
  EXPECT_TRUE(support::Payload().matches(MiB, read(*reader, 5 * MiB)));
}

}  // namespace
