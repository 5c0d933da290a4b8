// SPDX-License-Identifier: LGPL-2.1-or-later
// kill -9 of the real program at random moments, with writes going on: what it shows after the next start is on disk.
// KILLS in the environment says how often.
#include "have.hpp"
#include "running.hpp"
#include "support/eventually.hpp"
#include "support/swarm.hpp"

#include <glib.h>
#include <gmock/gmock.h>

#include <array>
#include <fstream>
#include <random>
#include <set>
#include <thread>

namespace {

using namespace std::chrono_literals;
using support::eventually;
using support::KiB;
using support::MiB;
using support::http::Connection;

constexpr std::int64_t piece_size = 256 * KiB;
constexpr std::int64_t film_size = 24 * MiB + 4711;

int kills() {
  char const* text = std::getenv("KILLS");
  return text ? std::atoi(text) : 8;
}

class Film {
 public:
  Film(std::string const& name, std::uint64_t seed)
      : payload_(seed),
        swarm_(support::make_torrent(name, film_size, piece_size, seed), 2, {.upload_limit = 6 * MiB}) {}

  [[nodiscard]] std::string const& key() const { return swarm_.torrent().key; }
  [[nodiscard]] std::string magnet() const { return swarm_.magnet(); }
  [[nodiscard]] support::Payload const& payload() const { return payload_; }

  /// The pieces that the server shows.
  [[nodiscard]] std::set<int> shown(Running& server) const {
    auto const row = have(server.get("/api/torrents/" + key() + "/pieces").body);
    std::set<int> pieces;
    for (std::size_t i = 0; i < row.size(); ++i)
      if (row[i] == '1') pieces.insert(static_cast<int>(i));
    return pieces;
  }

  /// Pieces that the server shows all the while, and that are not on disk.
  [[nodiscard]] std::set<int> missing(Running& server) const {
    auto const before = shown(server);
    auto const path = server.folder().path() / "downloads" / key() / swarm_.torrent().files[0].path;
    std::ifstream file(path, std::ios::binary);
    std::set<int> wrong;
    for (int const piece : before) {
      auto const begin = piece * piece_size;
      std::string bytes(static_cast<std::size_t>(std::min(piece_size, film_size - begin)), '\0');
      file.clear();
      file.seekg(begin).read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
      if (!file || !payload_.matches(begin, bytes)) wrong.insert(piece);
    }
    auto const after = shown(server);  // what was given up meanwhile may be gone
    std::erase_if(wrong, [&](int piece) { return !after.contains(piece); });
    return wrong;
  }

 private:
  support::Payload payload_;
  support::Swarm swarm_;
};

class Killed : public testing::Test {
 protected:
  /// From none to a second.
  void at_some_moment() { std::this_thread::sleep_for(std::chrono::milliseconds(chance(1000))); }
  int chance(int below) { return std::uniform_int_distribution<int>(0, below - 1)(random_); }

  std::array<Film, 2> films_{Film("one.mkv", 1), Film("two.mkv", 2)};
  std::mt19937 random_{11};
};

TEST_F(Killed, NothingThatWasShownIsLost) {
  Running server(Environment{{"CACHE_BACKEND", "sqlite"}, {"LOG_LEVEL", "warn"}});
  std::array<std::set<int>, 2> shown;
  for (int i = 0; i < kills(); ++i) {
    for (std::size_t f = 0; f < 2; ++f) {
      auto const& film = films_[f];
      if (i == 0) {
        ASSERT_EQ(server.add(film.magnet()).status(), 200);
      }
      EXPECT_THAT(film.missing(server), testing::IsEmpty()) << "run " << i;
      auto const now = film.shown(server);
      EXPECT_TRUE(std::ranges::includes(now, shown[f]))
          << "run " << i << ": " << now.size() << ", were " << shown[f].size();
    }
    at_some_moment();
    for (std::size_t f = 0; f < 2; ++f) shown[f] = films_[f].shown(server);
    if (shown[0].size() + shown[1].size() > 180) {  // all is here: from the beginning
      for (std::size_t f = 0; f < 2; ++f) {
        server.remove("/api/torrents/" + films_[f].key() + "?deleteFiles=true");
        ASSERT_EQ(server.add(films_[f].magnet()).status(), 200);
        shown[f].clear();
      }
    }
    server.child().kill();
    server.child().wait();
    server.start();
  }
  for (auto const& film : films_) {
    auto const got = server.get("/stream/proxy/" + film.key()).body;
    ASSERT_EQ(got.size(), static_cast<std::size_t>(film_size));
    EXPECT_TRUE(film.payload().matches(0, got));
  }
}

// With viewers, cleaning and deleting under way.
TEST_F(Killed, NothingIsShownThatIsNotThere) {
  // One film has room, not both.
  Running server(
      Environment{{"CACHE_BACKEND", "sqlite"}, {"LOG_LEVEL", "warn"}, {"CACHE_MAX_DISK_MB", "30"}, {"CACHE_TTL", "1"}});
  for (int i = 0; i < kills(); ++i) {
    std::vector<Connection> viewers;
    for (auto const& film : films_) {
      if (chance(4) == 0) server.remove("/api/torrents/" + film.key() + "?deleteFiles=true");
      auto const status = server.add(film.magnet()).status();
      ASSERT_TRUE(status == 200 || status == 409) << status;  // 409: still being removed
      EXPECT_THAT(film.missing(server), testing::IsEmpty()) << "run " << i;
      if (chance(2) == 0) continue;
      auto const from = chance(static_cast<int>(film_size));
      viewers.emplace_back(server.at());
      viewers.back().send(
          {.target = "/stream/proxy/" + film.key(), .fields = {{"Range", "bytes=" + std::to_string(from) + "-"}}});
    }
    at_some_moment();
    if (chance(2) == 0) viewers.clear();
    if (chance(2) == 0) server.post("/api/cache-config", "{\"forceCleanup\": true}");
    for (auto const& film : films_) EXPECT_THAT(film.missing(server), testing::IsEmpty()) << "run " << i;
    server.child().kill();
    server.child().wait();
    server.start();
  }
  for (auto const& film : films_) {
    ASSERT_EQ(server.add(film.magnet()).status(), 200);
    auto const got = server.get("/stream/proxy/" + film.key()).body;
    ASSERT_EQ(got.size(), static_cast<std::size_t>(film_size));
    EXPECT_TRUE(film.payload().matches(0, got));
  }
}

}  // namespace
