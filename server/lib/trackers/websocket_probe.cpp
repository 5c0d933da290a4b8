// SPDX-License-Identifier: LGPL-2.1-or-later
// WebTorrent: a tracker that opens a WebSocket answers; if there is a hash, it is asked for a scrape.
#include "lib/trackers/conduct.hpp"
#include "lib/trackers/named_probe.hpp"
#include "lib/trackers/probe.hpp"

#include <libsoup/soup.h>

#include <utility>

namespace trackers {
namespace {

/// The hash as WebTorrent writes it in JSON: each byte a character of Latin-1.
std::string escaped(Hash const& hash) {
  std::string text;
  for (auto const byte : hash) {
    char part[8];
    g_snprintf(part, sizeof part, "\\u%04x", byte);
    text += part;
  }
  return text;
}

class WebSocketProbe final : public NamedProbe<WebSocketProbe> {
 public:
  using NamedProbe::NamedProbe;
  ~WebSocketProbe() override {
    close();
    g_object_unref(session_);
  }

  void ask(GInetAddress*) {
    g_autoptr(SoupMessage) message = new_request(question_, question_.url);
    if (!message) return tell("It is no announce URL.");
    soup_session_websocket_connect_async(
        session_, message, nullptr, nullptr, G_PRIORITY_DEFAULT, cancellable_,
        [](GObject* source, GAsyncResult* result, gpointer data) {
          std::unique_ptr<std::weak_ptr<WebSocketProbe>> const weak(static_cast<std::weak_ptr<WebSocketProbe>*>(data));
          g_autoptr(GError) error = nullptr;
          g_autoptr(SoupWebsocketConnection) connection =
              soup_session_websocket_connect_finish(SOUP_SESSION(source), result, &error);
          auto const self = weak->lock();
          if (!self) return;
          if (!connection) return self->tell(error->message);
          self->opened(std::exchange(connection, nullptr));
        },
        new std::weak_ptr(weak_from_this()));
  }

 private:
  void opened(SoupWebsocketConnection* connection) {
    connection_ = connection;
    verdict_.answers = true;
    verdict_.after = so_long();
    if (!question_.hash || !question_.read_scrape) return tell("");
    g_signal_connect(connection_, "message", G_CALLBACK(on_message), this);
    g_signal_connect(connection_, "closed", G_CALLBACK(on_closed), this);
    auto const ask = R"({"action":"scrape","info_hash":")" + escaped(*question_.hash) + "\"}";
    soup_websocket_connection_send_text(connection_, ask.c_str());
  }

  static void on_message(SoupWebsocketConnection*, int, GBytes* bytes, gpointer data) {
    auto const self = static_cast<WebSocketProbe*>(data)->shared_from_this();
    gsize size = 0;
    auto const* text = static_cast<char const*>(g_bytes_get_data(bytes, &size));
    auto const counted = self->question_.read_scrape({text, size});
    if (!counted.answers) return;  // something else
    self->verdict_.seeders = counted.seeders;
    self->verdict_.leechers = counted.leechers;
    self->tell(counted.message);
  }
  static void on_closed(SoupWebsocketConnection*, gpointer data) {
    auto const self = static_cast<WebSocketProbe*>(data)->shared_from_this();
    self->tell("It hung up.");
  }

  void close() {
    if (!connection_) return;
    g_signal_handlers_disconnect_by_data(connection_, this);
    soup_websocket_connection_close(connection_, SOUP_WEBSOCKET_CLOSE_NORMAL, nullptr);
    g_clear_object(&connection_);
  }

  SoupSession* session_ = new_session();
  SoupWebsocketConnection* connection_ = nullptr;
};

}  // namespace

std::shared_ptr<Probe> websocket_probe(Question const& question, std::string const& host, Probe::Done done) {
  auto const probe = std::make_shared<WebSocketProbe>(question, std::move(done));
  probe->begin(host);
  return probe;
}

}  // namespace trackers
