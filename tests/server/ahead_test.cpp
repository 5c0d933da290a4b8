// SPDX-License-Identifier: LGPL-2.1-or-later
// The next part of a series, fetched before it is asked for.
#include "running.hpp"
#include "support/eventually.hpp"
#include "support/swarm.hpp"

namespace {

using namespace std::chrono_literals;
using support::eventually;
using support::MiB;
using support::http::Connection;

/// So large that the last fifth does not fit what lies between the server and a player that has stopped.
constexpr std::int64_t episode_size = 40 * MiB;

support::MadeTorrent series() {
  support::TorrentSpec spec{.name = "show"};
  for (int const episode : {1, 2, 10})
    spec.files.push_back(support::payload_file("e" + std::to_string(episode) + ".mkv", episode_size,
                                               static_cast<std::uint64_t>(episode)));
  return support::make_torrent(spec);
}

class Ahead : public testing::Test {
 protected:
  /// The first episode is here, and nobody has read it.
  void start(char const* prefetch) {
    server_.emplace(Environment{{"PREFETCH", prefetch}, {"TORRENT_CLEANUP_INTERVAL", "400"}});
    auto const file = std::to_string(swarm_.torrent().file_index("e1.mkv"));
    auto const added =
        server_->post("/api/torrents", "{\"magnetUri\":\"" + swarm_.magnet() + "\",\"fileIndex\":" + file + "}");
    ASSERT_EQ(added.status(), 200) << added.body;
    ASSERT_TRUE(eventually([&] { return progress(1) == "\"100.00\""; }, 180s));
  }
  [[nodiscard]] std::string stream(int episode) const {
    auto const file = swarm_.torrent().file_index("e" + std::to_string(episode) + ".mkv");
    return "/stream/proxy/" + swarm_.torrent().key + "?fileIndex=" + std::to_string(file);
  }
  std::string progress(int episode) {
    auto const file = swarm_.torrent().file_index("e" + std::to_string(episode) + ".mkv");
    return at(server_->get("/api/torrents/" + swarm_.torrent().key + "/files").body,
              ("$.data.files[" + std::to_string(file) + "].progress").c_str());
  }

  /// What looks after torrents, prefetching included, has looked: it puts an idle one to rest.
  void wait_for_upkeep() {
    auto const other = std::string(40, 'e');
    ASSERT_EQ(server_->post("/api/torrents?wait=0", "{\"infoHash\":\"" + other + "\"}").status(), 202);
    ASSERT_TRUE(server_->child().wait_for_error_line(other + " is idle"));
  }

  support::Swarm swarm_{series(), 1};
  std::optional<Running> server_;
};

TEST_F(Ahead, ComesWhenThePresentOneIsNearlySeen) {
  start("true");
  // A player that has stopped to take bytes, near the end.
  Connection viewer(server_->at());
  viewer.set_receive_buffer(4096);
  viewer.send({.target = stream(1), .fields = {{"Range", "bytes=33554432-"}}});
  viewer.read_head();
  EXPECT_TRUE(eventually([&] { return progress(2) == "\"100.00\""; }, 180s));
  EXPECT_EQ(progress(10), "\"0.00\"") << "one at a time";
}

TEST_F(Ahead, NotForWhoHasJustBegun) {
  start("true");
  Connection viewer(server_->at());
  viewer.set_receive_buffer(4096);
  viewer.send({.target = stream(1), .fields = {{"Range", "bytes=0-1048575"}}});
  viewer.read_head();
  wait_for_upkeep();
  EXPECT_EQ(progress(2), "\"0.00\"");
}

TEST_F(Ahead, OnlyIfAskedTo) {
  start("false");
  Connection viewer(server_->at());
  viewer.set_receive_buffer(4096);
  viewer.send({.target = stream(1), .fields = {{"Range", "bytes=33554432-"}}});
  viewer.read_head();
  wait_for_upkeep();
  EXPECT_EQ(progress(2), "\"0.00\"");
}

TEST_F(Ahead, PlaylistsHaveTheSameOrder) {
  start("false");
  auto const list = server_->get("/playlist/" + swarm_.torrent().key + ".m3u").body;
  EXPECT_LT(list.find("e1.mkv"), list.find("e2.mkv"));
  EXPECT_LT(list.find("e2.mkv"), list.find("e10.mkv"));
}

}  // namespace
