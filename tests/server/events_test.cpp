// SPDX-License-Identifier: LGPL-2.1-or-later
// Server-sent events of the real program.
#include "running.hpp"
#include "support/eventually.hpp"
#include "support/swarm.hpp"

#include <gmock/gmock.h>

namespace {

using namespace std::chrono_literals;
using support::MiB;
using support::http::Connection;
using testing::HasSubstr;

/// One listener: reads chunks until an event of this name has come.
class Listener {
 public:
  explicit Listener(Running const& server, std::string const& target = "/api/events", std::string const& last_id = {})
      : connection_(server.at()) {
    connection_.set_timeout(20s);
    support::http::Request request{.target = target};
    if (!last_id.empty()) request.fields.emplace_back("Last-Event-ID", last_id);
    connection_.send(request);
    head_ = connection_.read_head();
  }

  /// The event's lines, from its id on.
  std::string wait_for(std::string const& event) {
    auto const name = "event: " + event + "\n";
    for (;;) {
      auto const at = text_.find(name);
      auto const end = at == std::string::npos ? at : text_.find("\n\n", at);
      if (end != std::string::npos) {
        auto const begin = text_.rfind("id: ", at);
        auto const found = text_.substr(begin, end - begin);
        text_.erase(0, end + 2);
        return found;
      }
      auto const more = connection_.read_some(65536);
      if (more.empty()) throw std::runtime_error("the stream has ended: " + text_);
      text_ += more;
    }
  }
  static std::string id_of(std::string const& event) { return event.substr(4, event.find('\n') - 4); }
  [[nodiscard]] support::http::Head const& head() const { return head_; }
  Connection& connection() { return connection_; }
  std::string& text() { return text_; }

 private:
  Connection connection_;
  support::http::Head head_;
  std::string text_;
};

TEST(Events, TellOfATorrentsLife) {
  support::Swarm swarm(support::make_torrent("film.mkv", 3 * MiB), 1, {.upload_limit = 1500 * 1000});
  Running server;
  Listener listener(server);
  EXPECT_EQ(listener.head().status, 200);
  EXPECT_EQ(listener.head()["Content-Type"], "text/event-stream");
  EXPECT_EQ(listener.head()["Cache-Control"], "no-store");
  EXPECT_FALSE(listener.head().has("Access-Control-Allow-Origin")) << "names of torrents are no other site's business";
  ASSERT_EQ(server.add(swarm.magnet()).status(), 200);
  auto const& key = swarm.torrent().key;
  auto const added = listener.wait_for("added");
  EXPECT_THAT(added, HasSubstr("data: {\"infoHash\":\"" + key + "\",\"name\":\"film.mkv\""));
  EXPECT_THAT(listener.wait_for("metadata"), HasSubstr(key));
  EXPECT_THAT(listener.wait_for("complete"), HasSubstr("\"progress\":\"100.00\""));
  ASSERT_EQ(server.post("/api/cache-config", "{\"maxSize\": 1, \"ttl\": 1}").status(), 200);
  ASSERT_EQ(server.remove("/api/torrents/" + key + "?deleteFiles=true").status(), 200);
  auto const removed = listener.wait_for("removed");
  EXPECT_THAT(removed, HasSubstr("data: {\"infoHash\":\"" + key + "\"}"));

  // Who comes back hears what he missed, in order, and nothing twice.
  Listener back(server, "/api/events", Listener::id_of(added));
  EXPECT_THAT(back.wait_for("removed"), HasSubstr(Listener::id_of(removed)));
  Listener late(server, "/api/events", "1-1");
  EXPECT_THAT(late.wait_for("reset"), HasSubstr("data: {}"));
}

TEST(Events, WhoIsCutOffBeforeTheFirstMissesNothing) {
  Running server;
  std::string greeting;
  {
    Listener listener(server);
    while (greeting.find("\n\n") == std::string::npos) greeting += listener.connection().read_some(1000);
  }
  auto const id = greeting.find("\nid: ");
  ASSERT_NE(id, std::string::npos) << greeting;
  std::string const key(40, 'a');
  ASSERT_EQ(server.post("/api/torrents?wait=0", R"({"infoHash": ")" + key + "\"}").status(), 202);
  Listener back(server, "/api/events", Listener::id_of(greeting.substr(id + 1)));
  EXPECT_THAT(back.wait_for("added"), HasSubstr(key));
  EXPECT_THAT(back.text(), testing::Not(HasSubstr("reset")));
}

TEST(Events, TellOfFilesThatAreGivenUp) {
  support::Swarm swarm(support::make_torrent("film.mkv", MiB), 1);
  Running server;
  ASSERT_EQ(server.add(swarm.magnet()).status(), 200);
  ASSERT_EQ(server.get("/stream/proxy/" + swarm.torrent().key).status(), 200);
  Listener listener(server);
  ASSERT_EQ(server.post("/api/cache-config", "{\"ttl\": 1}").status(), 200);
  ASSERT_TRUE(support::eventually([&] {
    return at(server.post("/api/cache-config", "{\"forceCleanup\": true}").body, "$.data.cleanedCount") == "1";
  }));
  EXPECT_THAT(listener.wait_for("evicted"), HasSubstr("\"infoHash\":\"" + swarm.torrent().key + "\",\"fileIndex\":0"));
}

TEST(Events, NeedATokenWhereAllDo) {
  Running server(Environment{{"API_TOKEN", "secret"}});
  expect_failure(server.get("/api/events"), 401, "unauthorized");
  auto const link = at(server.get("/api/torrents", {{"Authorization", "Bearer secret"}}).body, "$.data");
  EXPECT_FALSE(link.empty());
  g_autofree char* token =
      g_compute_hmac_for_string(G_CHECKSUM_SHA256, reinterpret_cast<guchar const*>("secret"), 6, "stream", 6);
  EXPECT_EQ(Listener(server, std::string("/api/events?token=") + token).head().status, 200)
      << "EventSource has no headers";
  expect_failure(server.get(std::string("/api/torrents?token=") + token), 401, "unauthorized");
}

TEST(Events, EndWithTheServer) {
  Running server;
  Listener listener(server);
  auto const begin = std::chrono::steady_clock::now();
  EXPECT_TRUE(server.child().stop().ok()) << server.child().err();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 3s);
  std::string rest;
  for (auto more = listener.connection().read_some(4096); !more.empty(); more = listener.connection().read_some(4096))
    rest += more;
  EXPECT_THAT(rest, testing::EndsWith("0\r\n\r\n")) << "the last chunk";
}

}  // namespace
