// SPDX-License-Identifier: LGPL-2.1-or-later
// The tracker of browsers, by libsoup's WebSocket client.
#include "running.hpp"
#include "support/eventually.hpp"

#include <gmock/gmock.h>
#include <libsoup/soup.h>

#include <deque>
#include <memory>

namespace {

using namespace std::chrono_literals;
using support::eventually;
using testing::HasSubstr;

std::string id(std::string name) {
  name.resize(20, '.');
  return name;
}

std::string announce(std::string const& peer, std::string const& more = "") {
  return R"({"action": "announce", "info_hash": ")" + id("film") + R"(", "peer_id": ")" + id(peer) + "\"" + more + "}";
}

std::string offer() {
  return R"(, "offers": [{"offer_id": ")" + id("offer") + R"(", "offer": {"type": "offer", "sdp": "v=0"}}])";
}

/// Of one thread, whose default main context it turns.
class Browser {
 public:
  explicit Browser(Running& server, char const* origin = "https://films.example") {
    g_autoptr(SoupMessage) message = soup_message_new("GET", ("ws://" + server.at().str() + "/tracker").c_str());
    soup_session_websocket_connect_async(
        session_, message, origin, nullptr, G_PRIORITY_DEFAULT, nullptr,
        [](GObject* session, GAsyncResult* result, gpointer data) {
          auto* self = static_cast<Browser*>(data);
          g_autoptr(GError) error = nullptr;
          self->socket_ = soup_session_websocket_connect_finish(SOUP_SESSION(session), result, &error);
          self->error_ = error ? error->message : "";
          self->answered_ = true;
        },
        this);
    turn([&] { return answered_; });
    if (!socket_) return;
    g_signal_connect_swapped(socket_, "message", G_CALLBACK(+[](Browser* self, int, GBytes* bytes) {
                               gsize size = 0;
                               auto* data = static_cast<char const*>(g_bytes_get_data(bytes, &size));
                               self->texts_.emplace_back(data, size);
                             }),
                             this);
  }
  Browser(Browser const&) = delete;
  Browser& operator=(Browser const&) = delete;
  ~Browser() {
    if (socket_) g_signal_handlers_disconnect_by_data(socket_, this);
    g_clear_object(&socket_);
    soup_session_abort(session_);
    g_object_unref(session_);
  }

  [[nodiscard]] bool open() const {
    return socket_ && soup_websocket_connection_get_state(socket_) == SOUP_WEBSOCKET_STATE_OPEN;
  }
  [[nodiscard]] std::string const& error() const { return error_; }
  void say(std::string const& text) { soup_websocket_connection_send_text(socket_, text.c_str()); }
  /// The next text; empty if none comes.
  std::string hear() {
    turn([&] { return !texts_.empty(); });
    if (texts_.empty()) return {};
    auto text = texts_.front();
    texts_.pop_front();
    return text;
  }
  bool is_closed() {
    turn([&] { return !open(); });
    return !open();
  }

 private:
  template <class Ready>
  static void turn(Ready ready) {
    auto const until = std::chrono::steady_clock::now() + 10s;
    while (!ready() && std::chrono::steady_clock::now() < until)
      if (!g_main_context_iteration(nullptr, FALSE)) g_usleep(1000);
  }

  SoupSession* session_ = soup_session_new();
  SoupWebsocketConnection* socket_ = nullptr;
  std::string error_;
  bool answered_ = false;
  std::deque<std::string> texts_;
};

TEST(Signalling, BrowsersFindEachOther) {
  Running server;
  Browser one(server), two(server);
  ASSERT_TRUE(one.open()) << one.error();
  ASSERT_TRUE(two.open()) << two.error();
  one.say(announce("one"));
  EXPECT_EQ(at(one.hear(), "$.incomplete"), "1");
  two.say(announce("two", offer()));
  EXPECT_EQ(at(two.hear(), "$.incomplete"), "2");
  auto const offered = one.hear();
  EXPECT_EQ(at(offered, "$.peer_id"), '"' + id("two") + '"') << offered;
  EXPECT_EQ(at(offered, "$.offer.sdp"), "\"v=0\"");
  one.say(announce("one", R"(, "to_peer_id": ")" + id("two") + R"(", "offer_id": ")" + id("offer") +
                              R"(", "answer": {"type": "answer", "sdp": "v=1"})"));
  EXPECT_EQ(at(two.hear(), "$.answer.sdp"), "\"v=1\"");
}

TEST(Signalling, WhoLeavesIsGone) {
  Running server;
  Browser stays(server);
  {
    Browser leaves(server);
    leaves.say(announce("leaves"));
    leaves.hear();
  }
  EXPECT_TRUE(eventually([&] {
    stays.say(announce("stays"));
    return at(stays.hear(), "$.incomplete") == "1";
  }));
}

TEST(Signalling, IsForWebSocketsOnly) {
  Running server;
  expect_failure(server.get("/tracker"), 400, "bad_request");
  expect_failure(server.get("/tracker", {{"Upgrade", "websocket"}, {"Connection", "Upgrade"}}), 400, "bad_request");
  expect_failure(server.post("/tracker", "{}"), 405, "method_not_allowed");
  // The connection was not spoilt, nor the server.
  EXPECT_EQ(server.get("/health").status(), 200);
}

TEST(Signalling, NoTokenIsWanted) {
  Running server(Environment{{"API_TOKEN", "geheim"}});
  Browser browser(server);
  ASSERT_TRUE(browser.open()) << browser.error();
  browser.say(announce("one"));
  EXPECT_THAT(browser.hear(), HasSubstr("interval"));
}

TEST(Signalling, WhoTalksNonsenseIsClosed) {
  Running server;
  Browser browser(server), other(server);
  for (int i = 0; i < 21; ++i) browser.say("nonsense");
  EXPECT_THAT(browser.hear(), HasSubstr("failure reason"));
  EXPECT_TRUE(browser.is_closed());
  Browser huge(server);
  huge.say(std::string(300 * 1024, ' '));
  EXPECT_TRUE(huge.is_closed());
  other.say(announce("other"));
  EXPECT_THAT(other.hear(), HasSubstr("interval"));
}

TEST(Signalling, AHundredOfAnAddress) {
  Running server;
  std::vector<std::unique_ptr<Browser>> browsers;
  for (int i = 0; i < 100; ++i) browsers.push_back(std::make_unique<Browser>(server));
  Browser late(server);
  EXPECT_TRUE(late.is_closed());
  EXPECT_TRUE(browsers.back()->open());
  // Sockets that are open don't hold up the end.
  EXPECT_TRUE(server.child().stop().ok());
  EXPECT_TRUE(browsers.back()->is_closed());
}

TEST(Signalling, WhoDoesNotReadIsLetGo) {
  Running server;
  support::http::Connection mute(server.at());
  mute.set_receive_buffer(4096);
  mute.send({.target = "/tracker",
             .fields = {{"Upgrade", "websocket"},
                        {"Connection", "Upgrade"},
                        {"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="},
                        {"Sec-WebSocket-Version", "13"}}});
  EXPECT_EQ(mute.read_head().status, 101);
  auto const text = announce("mute");
  ASSERT_LT(text.size(), 126u);
  std::string const head = {'\x81', static_cast<char>(0x80 | text.size())};
  mute.send(head + std::string(4, '\0') + text);  // masked with zeros

  auto const peers = [&] {
    Browser watcher(server);  // each may say so much
    watcher.say(R"({"action": "scrape", "info_hash": ")" + id("film") + "\"}");
    return at(watcher.hear(), "$.files.*.incomplete");
  };
  ASSERT_TRUE(eventually([&] { return peers() == "1"; }));
  auto const before = server.child().anonymous_memory();
  auto const offered = R"(, "offers": [{"offer_id": ")" + id("offer") + R"(", "offer": {"type": "offer", "sdp": ")" +
                       std::string(15000, 'x') + R"("}}])";
  // 15 kB each, which count as two messages, to the only one there; 4 MiB may be unread.
  for (char const* name : {"one", "two", "three", "four"}) {
    Browser talker(server);
    for (int i = 0; i < 95; ++i) {
      talker.say(announce(name, offered));
      ASSERT_THAT(talker.hear(), HasSubstr("interval"));
    }
    talker.say(announce(name, R"(, "event": "stopped")"));
    talker.hear();
  }
  EXPECT_TRUE(eventually([&] { return peers() == "0"; }));
  if (memory_counts) {
    EXPECT_LT(server.child().anonymous_memory() - before, 24 << 20);
  }
}

}  // namespace
