// SPDX-License-Identifier: LGPL-2.1-or-later
// /stream/proxy of the real program, from a real swarm.
#include "running.hpp"
#include "support/eventually.hpp"
#include "support/media.hpp"
#include "support/swarm.hpp"

#include <gmock/gmock.h>

#include <atomic>
#include <filesystem>
#include <random>
#include <thread>

namespace {

using namespace std::chrono_literals;
using support::eventually;
using support::KiB;
using support::MiB;
using support::http::Connection;
using testing::HasSubstr;

class StreamTest : public testing::Test {
 protected:
  void serve(support::MadeTorrent torrent, int seeders = 2, support::SeederOptions const& options = {},
             Environment env = {}) {
    swarm_ = std::make_unique<support::Swarm>(std::move(torrent), seeders, options);
    server_ = std::make_unique<Running>(std::move(env));
    auto added = server_->add(swarm_->magnet());
    ASSERT_EQ(added.status(), 200) << added.body;
  }
  [[nodiscard]] std::string proxy(std::string const& query = "") const {
    return "/stream/proxy/" + swarm_->torrent().key + query;
  }
  support::http::Response get(support::http::Fields fields = {}, std::string const& query = "") {
    return server_->get(proxy(query), std::move(fields));
  }
  [[nodiscard]] support::Content const& file(std::size_t index = 0) const { return swarm_->torrent().files.at(index); }

  std::unique_ptr<support::Swarm> swarm_;
  std::unique_ptr<Running> server_;
};

TEST_F(StreamTest, WholeFileAndItsHead) {
  serve(support::make_torrent("Le film (été).mkv", 3 * MiB + 5));
  auto got = get();
  EXPECT_EQ(got.status(), 200);
  EXPECT_TRUE(got.complete);
  EXPECT_EQ(got.body, file().bytes());
  EXPECT_EQ(got["Content-Length"], std::to_string(3 * MiB + 5));
  EXPECT_EQ(got["Content-Type"], "video/x-matroska");
  EXPECT_EQ(got["Accept-Ranges"], "bytes");
  EXPECT_EQ(got["Cache-Control"], "public, max-age=3600");
  EXPECT_EQ(got["Access-Control-Allow-Origin"], "*");
  EXPECT_EQ(got["Access-Control-Expose-Headers"], "Content-Range, Accept-Ranges, Content-Length, ETag, Repr-Digest");
  EXPECT_EQ(got["Content-Disposition"],
            "inline; filename=\"Le film (_t_).mkv\"; filename*=UTF-8''Le%20film%20%28%C3%A9t%C3%A9%29.mkv");
  EXPECT_THAT(got["ETag"], testing::MatchesRegex("\"[^\"]+\""));
  EXPECT_THAT(get({}, "?download=true")["Content-Disposition"], testing::StartsWith("attachment; "));
  auto head = support::http::head(server_->at(), proxy());
  EXPECT_EQ(head.status(), 200);
  for (auto name : {"Content-Length", "Content-Type", "Accept-Ranges", "ETag", "Cache-Control", "Content-Disposition",
                    "Access-Control-Allow-Origin", "Last-Modified"})
    EXPECT_EQ(head[name], got[name]) << name;
  EXPECT_EQ(support::http::head(server_->at(), proxy(), {{"Range", "bytes=0-1"}}).status(), 200) << "Range is for GET";
}

TEST_F(StreamTest, Ranges) {
  std::int64_t const size = 2 * MiB + 77;
  serve(support::make_torrent("film.mp4", size));
  struct {
    char const* range;
    std::int64_t begin, end;
  } cases[] = {{"bytes=0-0", 0, 1},
               {"bytes=0-1023", 0, 1024},
               {"bytes=1000000-", 1000000, size},
               {"bytes=-1", size - 1, size},
               {"bytes=-5000", size - 5000, size},
               {"bytes=0-", 0, size},
               {"bytes=-99999999", 0, size},
               {"bytes=2097000-99999999", 2097000, size},
               {"bytes=5-7,99999999-", 5, 8}};
  for (auto const& c : cases) {
    SCOPED_TRACE(c.range);
    auto got = get({{"Range", c.range}});
    EXPECT_EQ(got.status(), 206);
    EXPECT_EQ(got["Content-Range"],
              "bytes " + std::to_string(c.begin) + "-" + std::to_string(c.end - 1) + "/" + std::to_string(size));
    EXPECT_EQ(got["Content-Length"], std::to_string(c.end - c.begin));
    EXPECT_EQ(got.body, file().bytes({c.begin, c.end}));
  }
  for (auto range : {"bytes=99999999-", "bytes=-0", "bytes=2097229-"}) {
    auto got = get({{"Range", range}});
    expect_failure(got, 416, "range_not_satisfiable");
    EXPECT_EQ(got["Content-Range"], "bytes */" + std::to_string(size));
  }
  for (auto range : {"bytes=5-1", "bytes=abc", "bytes", "lines=1-2", "bytes=0-10,5-20", "bytes=0-1,1-2"}) {
    SCOPED_TRACE(range);
    auto got = get({{"Range", range}});
    EXPECT_EQ(got.status(), 200);
    EXPECT_EQ(got.body.size(), static_cast<std::size_t>(size));
  }
  auto several = get({{"Range", "bytes=100-199, 2000000-2000009, -7"}});
  EXPECT_EQ(several.status(), 206);
  EXPECT_TRUE(several.complete);
  EXPECT_FALSE(several.head.has("Content-Range"));
  auto parts = support::http::parts(several);
  ASSERT_EQ(parts.size(), 3u);
  EXPECT_EQ(parts[0].body, file().bytes({100, 200}));
  EXPECT_EQ(parts[1].body, file().bytes({2000000, 2000010}));
  EXPECT_EQ(parts[2].body, file().bytes({size - 7, size}));
  EXPECT_EQ(parts[2]["Content-Range"],
            "bytes " + std::to_string(size - 7) + "-" + std::to_string(size - 1) + "/" + std::to_string(size));
  EXPECT_EQ(parts[2]["Content-Type"], "video/mp4");
}

TEST_F(StreamTest, Conditions) {
  serve(support::make_torrent("film.mp4", 300 * KiB));
  auto etag = get()["ETag"];
  auto same = get({{"If-None-Match", etag}});
  EXPECT_EQ(same.status(), 304);
  EXPECT_EQ(same["ETag"], etag);
  EXPECT_FALSE(same.head.has("Content-Length"));
  EXPECT_EQ(same["Cache-Control"], "public, max-age=3600");
  EXPECT_EQ(get({{"If-None-Match", "\"x\", " + etag}}).status(), 304);
  EXPECT_EQ(get({{"If-None-Match", "\"x\""}}).status(), 200);
  EXPECT_EQ(get({{"If-None-Match", "*"}, {"Range", "bytes=0-1"}}).status(), 304);
  EXPECT_EQ(get({{"If-Match", etag}}).status(), 200);
  expect_failure(get({{"If-Match", "\"x\""}}), 412, "precondition_failed");
  expect_failure(get({{"If-Match", "\"x\""}, {"Range", "bytes=99999999-"}}), 412, "precondition_failed");
  EXPECT_EQ(get({{"If-Range", etag}, {"Range", "bytes=0-9"}}).status(), 206);
  EXPECT_EQ(get({{"If-Range", "\"x\""}, {"Range", "bytes=0-9"}}).status(), 200);
  EXPECT_EQ(get({{"If-Range", "\"x\""}, {"Range", "bytes=99999999-"}}).status(), 200);
  EXPECT_EQ(get({{"If-Range", "Sun, 06 Nov 1994 08:49:37 GMT"}, {"Range", "bytes=0-9"}}).status(), 200);
  Connection client(server_->at());
  EXPECT_EQ(client.ask({.target = proxy(), .fields = {{"If-None-Match", etag}}}).status(), 304);
  EXPECT_EQ(client.ask({.target = proxy(), .fields = {{"Range", "bytes=0-9"}}}).body.size(), 10u) << "304 has no body";
}

/// The .torrent with another creation date.
std::string dated(support::MadeTorrent const& torrent, std::int64_t seconds) {
  std::string bytes(torrent.metainfo.begin(), torrent.metainfo.end());
  if (auto old = bytes.find("13:creation date"); old != std::string::npos)
    bytes.erase(old, bytes.find('e', old + 17) + 1 - old);
  // In front of "4:info": keys are sorted.
  return bytes.insert(bytes.find("4:info"), "13:creation datei" + std::to_string(seconds) + "e");
}

TEST_F(StreamTest, NothingWasMadeInTheFuture) {
  Running server;
  std::uint64_t film = 0;
  for (auto const date : {std::int64_t{4'102'444'800}, std::int64_t{300'000'000'000}}) {  // 2100, and beyond 9999
    auto const torrent = support::make_torrent("film.mp4", 300 * KiB, 16 * KiB, ++film);
    ASSERT_EQ(server.post("/api/torrents", dated(torrent, date), "application/x-bittorrent").status(), 200);
    auto const head = server.ask({.method = "HEAD", .target = "/stream/proxy/" + torrent.key});
    EXPECT_EQ(head.status(), 200);
    EXPECT_FALSE(head.head.has("Last-Modified")) << head.head.raw;
  }
}

TEST_F(StreamTest, LastModifiedIsTheCreationDate) {
  auto torrent = support::make_torrent("film.mp4", 300 * KiB);
  support::Swarm swarm(torrent);
  Running server;
  ASSERT_EQ(server.post("/api/torrents", dated(torrent, 784'111'777), "application/x-bittorrent").status(), 200);
  server.add(swarm.magnet());  // where the peers are
  auto target = "/stream/proxy/" + torrent.key;
  auto date = "Sun, 06 Nov 1994 08:49:37 GMT";
  EXPECT_EQ(server.get(target)["Last-Modified"], date);
  EXPECT_EQ(server.get(target, {{"If-Modified-Since", date}}).status(), 304);
  EXPECT_EQ(server.get(target, {{"If-Modified-Since", "Sun, 06 Nov 1994 08:49:36 GMT"}}).status(), 200);
  EXPECT_EQ(server.get(target, {{"If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:36 GMT"}}).status(), 412);
  EXPECT_EQ(server.get(target, {{"If-Range", date}, {"Range", "bytes=0-9"}}).status(), 206);
}

TEST_F(StreamTest, FilesOfATorrent) {
  serve(support::make_torrent(
      {.files = {support::payload_file("a.mp4", 100 * KiB, 1), support::payload_file("b.mkv", 700 * KiB, 2),
                 support::text_file("c.srt", ""), support::payload_file("d.bin", MiB, 4)},
       .name = "show"}));
  auto const& torrent = swarm_->torrent();
  auto film = static_cast<std::size_t>(torrent.file_index("b.mkv"));
  EXPECT_EQ(get().body, file(film).bytes()) << "the largest video, not the largest file";
  for (std::size_t i = 0; i < torrent.files.size(); ++i) {
    auto got = get({}, "?fileIndex=" + std::to_string(i));
    EXPECT_EQ(got.status(), 200);
    EXPECT_EQ(got.body, file(i).bytes()) << file(i).path;
  }
  expect_failure(get({}, "?fileIndex=4"), 404, "unknown_file");
  expect_failure(get({}, "?fileIndex=99999999999999999999"), 404, "unknown_file");
  auto empty = "?fileIndex=" + std::to_string(torrent.file_index("c.srt"));
  EXPECT_EQ(get({}, empty)["Content-Length"], "0");
  EXPECT_EQ(support::http::head(server_->at(), proxy(empty))["Content-Length"], "0");
  auto none = get({{"Range", "bytes=0-"}}, empty);
  EXPECT_EQ(none.status(), 416);
  EXPECT_EQ(none["Content-Range"], "bytes */0");
  auto moved = server_->get("/stream/file/" + torrent.key + "/0");
  EXPECT_EQ(server_->get(moved["Location"]).body, file(0).bytes());
}

TEST_F(StreamTest, TwentyClientsAtRandomRanges) {
  std::int64_t const size = 24 * MiB + 333;
  serve(support::make_torrent("film.mkv", size, 512 * KiB), 3);
  std::atomic<int> right = 0;
  std::vector<std::thread> clients;
  for (unsigned n = 0; n < 20; ++n)
    clients.emplace_back([&, n] {
      std::mt19937_64 random(n);
      Connection client(server_->at(), {}, 30s);
      for (int i = 0; i < 8; ++i) {
        auto begin = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(size));
        auto end = std::min<std::int64_t>(size, begin + 1 + static_cast<std::int64_t>(random() % (2 * MiB)));
        auto got =
            client.ask({.target = proxy(),
                        .fields = {{"Range", "bytes=" + std::to_string(begin) + "-" + std::to_string(end - 1)}}});
        if (got.status() == 206 && got.complete && got.body == file().bytes({begin, end})) ++right;
      }
    });
  for (auto& client : clients) client.join();
  EXPECT_EQ(right, 160);
  if (memory_counts) {
    EXPECT_LT(server_->child().anonymous_memory(), 60 * MiB);
  }
}

TEST_F(StreamTest, AddsWhatIsNotThere) {
  Running server(Environment{{"FIRST_BYTE_WAIT", "700"}});
  std::string hash(40, 'c');
  auto start = std::chrono::steady_clock::now();
  auto got = server.get("/stream/proxy/" + hash);
  auto took = std::chrono::steady_clock::now() - start;
  expect_failure(got, 504, "no_peers");
  EXPECT_EQ(at(got.body, "$.infoHash"), '"' + hash + '"');
  EXPECT_GT(std::stoi(got["Retry-After"]), 0);
  EXPECT_GE(took, 700ms);
  EXPECT_LT(took, 3s);
  EXPECT_EQ(at(server.get("/api/torrents").body, "$.data.total"), "1");
  EXPECT_EQ(support::http::head(server.at(), "/stream/proxy/" + hash).status(), 504);
  EXPECT_TRUE(server.child().wait_for_error_line("Starting torrent stream for hash: c+"));
}

TEST_F(StreamTest, FirstBytesThatDoNotCome) {
  serve(support::make_torrent("film.mkv", 4 * MiB), 1, {.stall_after = 0}, {{"FIRST_BYTE_WAIT", "2500"}});
  expect_failure(get(), 504, "read_timeout");
  EXPECT_EQ(support::http::head(server_->at(), proxy()).status(), 200) << "the head needs no bytes";
  (*swarm_)[0].resume();
  ASSERT_TRUE(eventually([&] { return get().body == file().bytes(); }, 30s));
}

TEST_F(StreamTest, StallCutsShort) {
  serve(support::make_torrent("film.mkv", 8 * MiB, 256 * KiB), 1, {.stall_after = 2 * MiB},
        {{"READ_TIMEOUT", "700"}, {"TORRENT_KEEP", "false"}});
  Connection client(server_->at(), {}, 20s);
  auto got = client.ask({.target = proxy()});
  EXPECT_EQ(got.status(), 200);
  EXPECT_FALSE(got.complete);
  EXPECT_LE(static_cast<std::int64_t>(got.body.size()), 2 * MiB);
  EXPECT_EQ(got.body, file().bytes(0, got.body.size()));
  EXPECT_TRUE(client.ended(1s));
}

TEST_F(StreamTest, ClientThatLeavesTakesItsDemand) {
  serve(support::make_torrent("film.mkv", 32 * MiB, 256 * KiB), 1, {.upload_limit = 1000 * 1000},
        {{"TORRENT_KEEP", "false"}});
  {
    Connection client(server_->at());
    client.send({.target = proxy()});
    client.read_head();
  }
  // What was asked for already still comes; then it is still.
  std::int64_t before = -1;
  ASSERT_TRUE(eventually(
      [&] {
        auto now = (*swarm_)[0].uploaded();
        auto still = now == before;
        before = now;
        std::this_thread::sleep_for(500ms);
        return still;
      },
      20s));
  EXPECT_LT((*swarm_)[0].uploaded(), 16 * MiB);
}

TEST_F(StreamTest, RangeFetchesNoMore) {
  serve(support::make_torrent("film.mkv", 16 * MiB, 256 * KiB), 1, {}, {{"TORRENT_KEEP", "false"}});
  EXPECT_EQ(get({{"Range", "bytes=8388608-8388700"}}).body, file().bytes({8388608, 8388701}));
  std::int64_t before = -1;
  ASSERT_TRUE(eventually(
      [&] {
        auto now = (*swarm_)[0].uploaded();
        auto still = now == before;
        before = now;
        std::this_thread::sleep_for(300ms);
        return still;
      },
      10s));
  EXPECT_LE((*swarm_)[0].uploaded(), 2 * MiB) << "one piece was needed";
}

TEST_F(StreamTest, RemoveWithOpenReaders) {
  serve(support::make_torrent("film.mkv", 16 * MiB), 1, {.upload_limit = 500 * 1000});
  auto target = "/api/torrents/" + swarm_->torrent().key;
  Connection streaming(server_->at()), waiting(server_->at());
  streaming.send({.target = proxy()});
  auto head = streaming.read_head();
  waiting.send({.target = proxy(), .fields = {{"Range", "bytes=15000000-"}}});
  expect_failure(server_->remove(target + "?ifIdle=true"), 409, "in_use");
  auto gone = server_->remove(target + "?deleteFiles=true");
  EXPECT_EQ(gone.status(), 200) << gone.body;
  EXPECT_FALSE(streaming.read_body(head).complete);
  auto answer = waiting.read_response();
  if (answer.status() != 206) {
    expect_failure(answer, 410, "removed");
  }
  EXPECT_EQ(server_->get("/health").status(), 200);
}

TEST_F(StreamTest, CompleteOnDisk) {
  serve(support::make_torrent("film.mkv", 24 * MiB, 256 * KiB), 2, {}, {{"TORRENT_CLEANUP_INTERVAL", "400"}});
  auto target = "/api/torrents/" + swarm_->torrent().key;
  EXPECT_EQ(get().body, file().bytes());
  EXPECT_EQ(get({{"Range", "bytes=5-9999999"}}).body, file().bytes({5, 10000000}));
  EXPECT_TRUE(server_->child().wait_for_error_line("9999995 bytes, complete on disk"));
  // It is in use as long as somebody is being sent it, however long that takes.
  Connection stuck(server_->at());
  stuck.set_receive_buffer(64 * 1024);
  stuck.send({.target = proxy()});
  stuck.read_head();
  expect_failure(server_->remove(target + "?ifIdle=true"), 409, "in_use");
  std::this_thread::sleep_for(1s);  // more than the time after which an idle one is put to rest
  EXPECT_NE(at(server_->get(target).body, "$.data.status"), "\"paused\"");
  EXPECT_EQ(server_->remove(target + "?deleteFiles=true").status(), 200);
  std::int64_t more = 0;
  for (auto some = stuck.read_some(MiB); !some.empty(); some = stuck.read_some(MiB))
    more += static_cast<std::int64_t>(some.size());
  EXPECT_LT(more, 24 * MiB) << "a clean end, early";
  EXPECT_EQ(server_->get("/health").status(), 200);
}

TEST_F(StreamTest, RangeOfAFileThatIsNotComplete) {
  serve(support::make_torrent("film.mkv", 16 * MiB, 256 * KiB), 1, {.stall_after = 8 * MiB},
        {{"TORRENT_KEEP", "false"}});
  auto first = get({{"Range", "bytes=0-2097151"}});
  EXPECT_EQ(first.body, file().bytes({0, 2 * MiB}));
  auto again = get({{"Range", "bytes=1000-2000000"}});
  EXPECT_EQ(again.body, file().bytes({1000, 2000001}));
  EXPECT_TRUE(server_->child().wait_for_error_line("1999001 bytes, complete on disk"));
  auto both = get({{"Range", "bytes=0-9,1000-1999"}});
  EXPECT_EQ(support::http::parts(both).at(1).body, file().bytes({1000, 2000}));
}

TEST_F(StreamTest, FilesThatSomebodyElseTookAway) {
  serve(support::make_torrent("film.mkv", 3 * MiB), 1, {}, {{"TORRENT_KEEP", "false"}});
  EXPECT_EQ(get().body, file().bytes());
  std::filesystem::remove_all(server_->folder() / "downloads");
  auto got = get();  // by the descriptor that was open already, or not at all
  if (got.status() != 500) {
    EXPECT_EQ(got.body, file().bytes());
  }
}

// Prints how long the main loop was busy at the longest; what is right is a matter of the machine.
TEST_F(StreamTest, FiftyClients) {
  serve(support::make_torrent("film.mkv", 24 * MiB), 3);
  EXPECT_EQ(get().body, file().bytes());
  std::atomic<int> right = 0;
  std::vector<std::thread> clients;
  for (int n = 0; n < 50; ++n)
    clients.emplace_back([&, n] {
      auto got = support::http::get(server_->at(), proxy(), {{"Range", "bytes=" + std::to_string(n) + "-"}});
      if (got.complete && got.body == file().bytes({n, 24 * MiB})) ++right;
    });
  for (auto& client : clients) client.join();
  EXPECT_EQ(right, 50);
  auto status = server_->get("/status").body;
  std::printf("The main loop was busy for %s ms at the longest, %s ms by itself.\n",
              at(status, "$.data.mainLoop.longestTurn").c_str(), at(status, "$.data.mainLoop.longestOwnTurn").c_str());
}

TEST_F(StreamTest, CurlAndFfmpeg) {
  auto path = support::media_file(support::Container::mp4);
  serve(support::make_torrent({.files = {support::disk_file("film.mp4", path)}, .piece_size = 32 * KiB}), 2);
  auto url = server_->url(proxy());
  auto curl = support::run({"curl", "-s", "-r", "1000-1999", url});
  EXPECT_EQ(curl.out, file().bytes({1000, 2000}));
  auto probe = support::run(
      {"ffprobe", "-v", "error", "-show_entries", "format=duration:stream=codec_name", "-of", "csv=p=0", url});
  EXPECT_THAT(probe.out, testing::AllOf(HasSubstr("h264"), HasSubstr("aac"), HasSubstr("10.0")));
  auto decode =
      support::run({"ffmpeg", "-nostdin", "-v", "error", "-seekable", "1", "-ss", "5", "-i", url, "-f", "null", "-"});
  EXPECT_TRUE(decode.ok()) << decode.err;
  EXPECT_EQ(decode.err, "");
}

}  // namespace
