// SPDX-License-Identifier: LGPL-2.1-or-later
// What viewers need to share segments: the same swarm for the same segments, and digests to check them by.
#include "hls/rendition.hpp"
#include "running.hpp"
#include "support/eventually.hpp"
#include "support/media.hpp"
#include "support/swarm.hpp"

#include <glib.h>
#include <gmock/gmock.h>

namespace {

using support::eventually;
using testing::HasSubstr;

constexpr char chrome[] = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0";

std::string digest_of(std::string const& bytes) {
  g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
  g_checksum_update(sum, reinterpret_cast<guchar const*>(bytes.data()), static_cast<gssize>(bytes.size()));
  guint8 digest[32];
  gsize size = sizeof digest;
  g_checksum_get_digest(sum, digest, &size);
  g_autofree char* text = g_base64_encode(digest, size);
  return std::string("sha-256=:") + text + ":";
}

class Sharing : public testing::Test {
 protected:
  void serve(Environment env) {
    server_ = std::make_unique<Running>(std::move(env));
    ASSERT_EQ(server_->add(swarm_.magnet()).status(), 200);
    // Shared is what is verified.
    ASSERT_TRUE(kept(0));
  }
  /// Made of verified bytes.
  bool kept(int number) {
    return eventually(
        [&] { return server_->get(segment(number))["Cache-Control"].find("immutable") != std::string::npos; },
        std::chrono::seconds(30));
  }
  support::http::Response facts(std::string const& query = "",
                                support::http::Fields fields = {{"User-Agent", chrome}}) {
    return server_->get("/api/torrents/" + swarm_.torrent().key + "/hls/0" + query, std::move(fields));
  }
  std::string segment(int number) {
    return "/hls/" + swarm_.torrent().key + "/0/" + package_ + "/v0-a1/" + std::to_string(number) + ".ts";
  }
  support::http::Response head(std::string const& target) { return server_->ask({.method = "HEAD", .target = target}); }
  std::string figure(std::string const& name) {
    auto const text = server_->get("/metrics").body;
    auto const at = text.find("\n" + name + " ");
    if (at == text.npos) return "";
    auto const value = at + name.size() + 2;
    return text.substr(value, text.find('\n', value) - value);
  }

  std::string const package_ = "ts." + std::to_string(hls::packager_version);
  support::Swarm swarm_{support::make_torrent({.files = {support::disk_file(
                                                   "film.mkv", support::media_file(support::Container::mkv, 30))},
                                               .name = "film.mkv"}),
                        1};
  std::unique_ptr<Running> server_;
};

TEST_F(Sharing, IsOffUnlessAskedFor) {
  serve({});
  EXPECT_EQ(at(facts().body, "$.data.sharing"), "null");
  EXPECT_FALSE(server_->get(segment(0)).head.has("Repr-Digest"));
  EXPECT_EQ(figure("gst_torrent_hls_shared_ratio"), "");
}

TEST_F(Sharing, TellsWhoBelongsTogetherAndWhereTheyMeet) {
  serve({{"P2P_SHARE", "true"},
         {"ICE_SERVERS", "stun:stun.example:3478, turn:me:se:cret@[2001:db8::1]:3478?transport=tcp"},
         {"TRUSTED_PROXIES", "127.0.0.0/8"}});
  auto const got = facts();
  auto const swarm = at(got.body, "$.data.sharing.swarmId");
  EXPECT_THAT(swarm, HasSubstr(swarm_.torrent().key + "/0/" + package_ + "/")) << got.body;
  EXPECT_EQ(at(got.body, "$.data.sharing.trackers"), "[\"ws://" + server_->at().str() + "/tracker\"]");
  EXPECT_EQ(at(got.body, "$.data.sharing.iceServers"),
            "[{\"urls\":\"stun:stun.example:3478\"},{\"urls\":\"turn:[2001:db8::1]:3478?transport=tcp\","
            "\"username\":\"me\",\"credential\":\"se:cret\"}]");
  EXPECT_THAT(server_->get("/status").body, testing::Not(HasSubstr("se:cret")));
  EXPECT_EQ(at(facts().body, "$.data.sharing.swarmId"), swarm);
  // Other segments are another swarm.
  EXPECT_NE(at(facts("?container=fmp4").body, "$.data.sharing.swarmId"), swarm);
  auto const proxied = facts("", {{"User-Agent", chrome},
                                  {"X-Forwarded-For", "127.0.0.9"},
                                  {"X-Forwarded-Proto", "https"},
                                  {"X-Forwarded-Host", "127.0.0.7"}});
  EXPECT_EQ(at(proxied.body, "$.data.sharing.trackers"), "[\"wss://127.0.0.7/tracker\"]") << proxied.body;
}

TEST_F(Sharing, DigestsAreOfTheBytesThatAreSent) {
  serve({{"P2P_SHARE", "true"}});
  auto const sent = server_->get(segment(1));
  EXPECT_EQ(sent["Repr-Digest"], digest_of(sent.body));
  EXPECT_THAT(sent["Access-Control-Expose-Headers"], HasSubstr("Repr-Digest"));
  auto const part = server_->get(segment(1), {{"Range", "bytes=10-20"}});
  EXPECT_EQ(part.status(), 206);
  EXPECT_EQ(part["Repr-Digest"], sent["Repr-Digest"]) << "of the whole representation";

  // Nobody has asked for that one yet: it is made.
  auto const fresh = head(segment(4));
  EXPECT_EQ(fresh.status(), 200);
  EXPECT_EQ(fresh["Repr-Digest"], digest_of(server_->get(segment(4)).body));

  // When all are here, nothing is made ahead any more.
  for (int number = 0; head(segment(number)).status() == 200; ++number) ASSERT_TRUE(kept(number));
  auto const made = figure("gst_torrent_hls_made_total");
  auto const told = head(segment(1));
  EXPECT_EQ(told.status(), 200);
  EXPECT_EQ(told["Repr-Digest"], sent["Repr-Digest"]);
  EXPECT_EQ(told["Content-Length"], std::to_string(sent.body.size()));
  EXPECT_EQ(told["ETag"], sent["ETag"]);
  EXPECT_EQ(figure("gst_torrent_hls_made_total"), made) << "nothing is made for it";
}

TEST_F(Sharing, IsCountedBySource) {
  serve({{"P2P_SHARE", "true"}, {"HLS_CACHE_MB", "0"}});
  auto const http = "gst_torrent_hls_shared_bytes_total{source=\"http\"}";
  auto const p2p = "gst_torrent_hls_shared_bytes_total{source=\"p2p\"}";
  auto const before = std::stod(figure(http));
  auto const size = static_cast<double>(server_->get(segment(2)).body.size());
  EXPECT_EQ(std::stod(figure(http)) - before, size);
  EXPECT_EQ(figure(p2p), "0");
  (void)head(segment(2));
  EXPECT_EQ(std::stod(figure(p2p)), size);
  EXPECT_GT(std::stod(figure("gst_torrent_hls_shared_ratio")), 0);
}

}  // namespace
