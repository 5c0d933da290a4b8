// SPDX-License-Identifier: LGPL-2.1-or-later
// A state folder that knows ten thousand torrents: the program starts, lists and cleans as if there were a few.
#include "running.hpp"
#include "support/eventually.hpp"
#include "support/swarm.hpp"
#include "swarm/file_storage.hpp"
#include "swarm/journal.hpp"
#include "swarm/resume.hpp"

#include <gmock/gmock.h>
#include <libtorrent/add_torrent_params.hpp>
#include <libtorrent/bencode.hpp>
#include <libtorrent/create_torrent.hpp>
#include <libtorrent/torrent_info.hpp>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using support::KiB;
using support::MiB;
using Clock = std::chrono::steady_clock;

constexpr int torrents = 10000, with_files = 1000;
constexpr std::int64_t film_size = 700 * MiB;
constexpr int piece_size = 8 * 1024 * 1024;

/// What a process has computed so far, in ms: unlike the time of day it hardly depends on what else the machine does.
std::int64_t computed(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text((std::istreambuf_iterator<char>(file)), {});
  std::istringstream fields(text.substr(text.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  std::int64_t user = 0, system = 0;
  fields >> user >> system;
  return (user + system) * 1000 / sysconf(_SC_CLK_TCK);
}

/// Runs it; how long the server computed meanwhile, in ms.
template <class Run>
std::int64_t timed(char const* what, Running& server, Run run) {
  auto const before = computed(server.child().pid());
  auto const begin = Clock::now();
  run();
  auto const passed = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin).count();
  auto const own = computed(server.child().pid()) - before;
  std::printf("%s: %d ms, of which %d computed\n", what, static_cast<int>(passed), static_cast<int>(own));
  return own;
}

/// One torrent of an earlier life: a resume file, and where `whole` a film with a journal (a sparse file, never read).
std::string remember(fs::path const& folder, int number, bool whole) {
  lt::file_storage files;
  files.add_file("film " + std::to_string(number) + ".mkv", film_size);
  lt::create_torrent made(files, piece_size, lt::create_torrent::v1_only);
  lt::sha1_hash hash;
  for (auto const piece : made.piece_range()) {
    for (int i = 0; i < 4; ++i) hash[i] = static_cast<std::uint8_t>(number >> (8 * i));
    hash[4] = static_cast<std::uint8_t>(static_cast<int>(piece));
    hash[5] = 1;  // libtorrent takes zeros for none
    made.set_hash(piece, hash);
  }
  std::vector<char> bytes;
  lt::bencode(std::back_inserter(bytes), made.generate());
  lt::add_torrent_params params;
  params.ti = std::make_shared<lt::torrent_info>(lt::span<char const>(bytes), lt::from_span);
  params.name = params.ti->name();
  params.info_hashes = params.ti->info_hashes();
  std::ostringstream key;
  key << params.info_hashes.v1;
  swarm::Remembered remembered;
  remembered.save_path = (folder / "downloads").string();
  auto const resume = swarm::write_resume(params, remembered);
  auto const path = folder / "state/torrents" / key.str();
  std::ofstream(path.string() + ".resume", std::ios::binary)
      .write(resume.data(), static_cast<std::streamsize>(resume.size()));
  if (!whole) return key.str();
  auto const film = folder / "downloads" / key.str() / params.name;
  fs::create_directories(film.parent_path());
  std::ofstream(film).put('x');
  fs::resize_file(film, static_cast<std::uintmax_t>(film_size));
  struct stat status {};
  stat(film.c_str(), &status);
  swarm::Journal journal(path.string() + ".journal", true);
  auto const modified = status.st_mtim.tv_sec * std::int64_t{1'000'000'000} + status.st_mtim.tv_nsec;
  for (int piece = 0; piece < params.ti->num_pieces(); ++piece) journal.append(piece, modified);
  journal.mark_synced();
  return key.str();
}

TEST(Sleepers, TenThousand) {
  Running server(Environment{{"CACHE_TTL", "0"}, {"CACHE_MAX_SIZE", "100000"}, {"CACHE_MAX_DISK_MB", "100000000"}});
  auto const memory_of_none = server.child().anonymous_memory();
  ASSERT_TRUE(server.child().stop().ok());
  std::vector<std::string> keys;
  for (int i = 0; i < torrents; ++i) keys.push_back(remember(server.folder().path(), i, i < with_files));
  auto const first = keys.front();

  auto const begin = Clock::now();
  server.start();
  auto const start = computed(server.child().pid());
  std::printf("start: %d ms, of which %d computed\n",
              static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begin).count()),
              static_cast<int>(start));
  EXPECT_LT(start, 2000);
  EXPECT_EQ(at(server.get("/api/torrents?limit=1").body, "$.data.total"), std::to_string(torrents)) << "at once";
  // Their names follow one after the other.
  auto const stat = [&](char const* name) {
    return at(server.get("/api/cache-stats").body, (std::string("$.data.") + name).c_str());
  };
  timed("known", server, [&] {
    EXPECT_TRUE(support::eventually([&] { return stat("size") == std::to_string(with_files); }, 120s)) << stat("size");
  });

  support::http::Response list;
  auto const listed = timed("list", server, [&] { list = server.get("/api/torrents"); });
  EXPECT_LT(listed, 500);
  EXPECT_EQ(at(list.body, "$.data.torrents[9999].peers"), "0");
  auto const page = timed("page", server, [&] { list = server.get("/api/torrents?offset=5000&limit=50"); });
  EXPECT_LT(page, 200);
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(at(list.body, "$.data.torrents[0].infoHash"), '"' + keys[5000] + '"');
  EXPECT_EQ(at(list.body, "$.data.torrents[49].infoHash"), '"' + keys[5049] + '"');
  EXPECT_EQ(at(list.body, "$.data.torrents[49].peers"), "0") << "the last one";
  EXPECT_LT(list.body.size(), 50u * 400) << "and no more";
  auto const cleaned = timed("clean", server, [&] {
    EXPECT_EQ(at(server.post("/api/cache-config", "{\"forceCleanup\": true}").body, "$.data.cleanedCount"), "0");
  });
  EXPECT_LT(cleaned, 500);
  auto const memory = server.child().anonymous_memory();
  std::printf("memory: %ld MB of its own (%ld without torrents)\n", memory >> 20, memory_of_none >> 20);
  if (memory_counts) {
    EXPECT_LT(memory, 100 * MiB);
  }

  // One of them is wanted: it wakes, and only it.
  auto const files = server.get("/api/torrents/" + first + "/files");
  EXPECT_EQ(at(files.body, "$.data.files[0].name"), "\"film 0.mkv\"") << files.body;
  EXPECT_EQ(at(files.body, "$.data.files[0].progress"), "\"100.00\"");
  auto const got = server.get("/stream/proxy/" + first, {{"Range", "bytes=0-0"}});
  EXPECT_EQ(got.status(), 206);
  EXPECT_EQ(got.body, "x");
  EXPECT_EQ(at(server.get("/api/torrents?limit=0").body, "$.data.total"), std::to_string(torrents));
  EXPECT_EQ(server.remove("/api/torrents/" + first + "?deleteFiles=true").status(), 200);
  EXPECT_FALSE(fs::exists(server.folder().path() / "downloads" / first));
  EXPECT_EQ(at(server.get("/api/torrents?limit=0").body, "$.data.total"), std::to_string(torrents - 1));
  EXPECT_TRUE(support::eventually([&] { return stat("size") == std::to_string(with_files - 1); }));
}

// As by a page that shows a poster of each.
TEST(Sleepers, WhoeverLooksAtAllWakesSomeHundred) {
  constexpr int all = 340, awake = 300;
  Running server;
  ASSERT_TRUE(server.child().stop().ok());
  std::vector<std::string> keys;
  for (int i = 0; i < all; ++i) keys.push_back(remember(server.folder().path(), i, false));
  server.start();
  auto const look = [&](int i) {
    return at(server.get("/api/torrents/" + keys[static_cast<std::size_t>(i)] + "/files").body, "$.data.files[0].name");
  };
  for (int i = 0; i < all; ++i) ASSERT_EQ(look(i), "\"film " + std::to_string(i) + ".mkv\"");
  auto const asleep = [&] {
    return server.get("/metrics")
               .body.find("gst_torrent_torrents{state=\"asleep\"} " + std::to_string(all - awake) + "\n") !=
           std::string::npos;
  };
  EXPECT_TRUE(support::eventually(asleep, 30s)) << server.get("/metrics").body;
  EXPECT_EQ(look(0), "\"film 0.mkv\"") << "was used longest ago, and wakes again";
  EXPECT_TRUE(support::eventually(asleep, 30s)) << "instead of it another one sleeps";
  EXPECT_EQ(at(server.get("/api/torrents?limit=0").body, "$.data.total"), std::to_string(all));
}

TEST(Sleepers, GiveWayLikeOthers) {
  Running server(Environment{{"CACHE_TTL", "0"}, {"CACHE_MAX_SIZE", "100"}, {"CACHE_BACKEND", "sqlite"}});
  ASSERT_TRUE(server.child().stop().ok());
  for (int i = 0; i < 20; ++i) remember(server.folder().path(), i, true);
  server.start();
  auto const size = [&] { return at(server.get("/api/cache-stats").body, "$.data.size"); };
  ASSERT_TRUE(support::eventually([&] { return size() == "20"; }));
  ASSERT_EQ(server.post("/api/cache-config", "{\"maxSize\": 5}").status(), 200);
  ASSERT_TRUE(support::eventually([&] { return size() == "5"; }, 20s)) << size();
  // The index is told first.
  EXPECT_TRUE(support::eventually([&] { return at(server.get("/api/torrents").body, "$.data.total") == "5"; }));
  EXPECT_TRUE(support::eventually([&] {
    return std::distance(fs::directory_iterator(server.folder().path() / "state/torrents"), {}) == 10;
  })) << "a resume file and a journal each";
}

// One of them is named by a file that somebody put into the folder, too.
TEST(Sleepers, SleepOnWhileListsAreMade) {
  Running server;
  ASSERT_TRUE(server.child().stop().ok());
  auto const key = remember(server.folder().path(), 1, true);
  support::write_file(server.folder().path() / "downloads" / (key + ".mkv"), std::string(2'000'000, 'x'));
  server.start();
  auto const asleep = [&] {
    return server.get("/metrics").body.find("gst_torrent_torrents{state=\"asleep\"} 1\n") != std::string::npos;
  };
  ASSERT_TRUE(support::eventually(asleep)) << server.get("/metrics").body;
  EXPECT_EQ(at(server.get("/api/torrents").body, "$.data.total"), "1");
  EXPECT_EQ(at(server.get("/search?q=film").body, "$.data.results[*].infoHash"), '"' + key + '"');
  EXPECT_NE(server.get("/playlist/all.m3u").body.find(key), std::string::npos);
  EXPECT_TRUE(asleep());
}

TEST(Sleepers, GoOnWhereTheyWere) {
  support::Swarm swarm(support::make_torrent("film.mkv", 4 * MiB), 1);
  Running server;
  swarm[0].stall_after(2 * MiB);
  ASSERT_EQ(server.add(swarm.magnet()).status(), 200);
  ASSERT_TRUE(support::eventually([&] { return swarm.uploaded() >= 2 * MiB; }));
  ASSERT_TRUE(server.child().stop().ok());
  swarm[0].resume();
  server.start();
  auto const done = [&] { return at(server.get("/api/torrents").body, "$.data.torrents[0].progress"); };
  EXPECT_TRUE(support::eventually([&] { return done() == "\"100.00\""; }, 20s)) << "nobody had to ask for it";
  ASSERT_TRUE(server.child().stop().ok());
  server.start();
  EXPECT_TRUE(support::eventually([&] { return done() == "\"100.00\""; }));
  EXPECT_EQ(at(server.get("/api/torrents").body, "$.data.torrents[0].status"), "\"complete\"");
  EXPECT_EQ(server.get("/playlist/all.m3u").body.find("film.mkv") == std::string::npos, false);
}

TEST(Sleepers, AHybridWakesByEitherHash) {
  support::Swarm swarm(
      support::make_torrent({.files = {support::payload_file("film.mkv", MiB)}, .format = support::Format::hybrid}), 1);
  Running server;
  ASSERT_EQ(server.add(swarm.magnet()).status(), 200);
  ASSERT_EQ(server.get("/stream/proxy/" + swarm.torrent().key).status(), 200);
  ASSERT_TRUE(server.child().stop().ok());
  swarm[0].kill();
  server.start();
  auto const got = server.get("/stream/proxy/" + swarm.torrent().v2_hex);
  EXPECT_EQ(got.status(), 200);
  EXPECT_TRUE(support::Payload().matches(0, got.body));
  EXPECT_EQ(at(server.get("/api/torrents").body, "$.data.total"), "1");
}

}  // namespace
