// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/connections.hpp"

#include "http/errors.hpp"
#include "http/head_guard.hpp"

#include <sys/socket.h>

#include <chrono>
#include <memory>
#include <vector>

namespace http {
namespace {

using Clock = std::chrono::steady_clock;
constexpr char const* key = "gst-torrent-connection";
/// A body may be sent slowly, but not for ever.
constexpr int body_patience = 10;

}  // namespace

/// Lives as long as the GSocket that it hangs on, which is as long as libsoup has the connection: there is no signal
/// for the end of a connection between two requests.
struct Connections::Connection {
  Connections* all;
  GSocket* socket;
  enum { head, body, answer } phase = head;
  Clock::time_point since = Clock::now();       ///< of the phase
  Clock::time_point last_byte = Clock::now();
  std::unique_ptr<HeadGuard> guard;

  ~Connection() {
    if (all) all->open_.erase(this);
  }
  void enter(decltype(phase) next) {
    phase = next;
    since = last_byte = Clock::now();
  }
  void await_head() {
    enter(head);
    if (!all->tls_) guard = std::make_unique<HeadGuard>(socket, all->limits_.head_bytes);
  }
};

Connections::Connections(Limits const& limits, bool tls)
    : limits_(limits), tls_(tls), sweep_(Source::every(std::chrono::milliseconds(500), [this] { sweep(); })) {}

Connections::~Connections() {
  for (auto connection : open_) connection->all = nullptr;
}

Connections::Connection* Connections::of(SoupServerMessage* message) const {
  auto socket = soup_server_message_get_socket(message);
  return socket ? static_cast<Connection*>(g_object_get_data(G_OBJECT(socket), key)) : nullptr;
}

void Connections::started(SoupServerMessage* message) {
  if (auto known = of(message)) {
    known->enter(Connection::head);
    return;
  }
  auto socket = soup_server_message_get_socket(message);
  if (!socket) return;
  ++accepted_;
  auto made = new Connection{this, socket};
  open_.insert(made);
  g_object_set_data_full(G_OBJECT(socket), key, made, [](gpointer data) { delete static_cast<Connection*>(data); });
  g_socket_set_keepalive(socket, TRUE);  // a client whose network is gone
  if (count() > limits_.connections) {
    answer_and_close(socket, tls_ ? std::string()
                                  : raw_failure({Fault::unavailable, "Too many connections: try again in a moment."}));
    return;
  }
  made->await_head();
}

void Connections::got_headers(SoupServerMessage* message) {
  auto known = of(message);
  if (!known) return;
  known->guard.reset();
  known->enter(Connection::body);
}

void Connections::got_chunk(SoupServerMessage* message) {
  if (auto known = of(message)) known->last_byte = Clock::now();
}

void Connections::got_body(SoupServerMessage* message) {
  if (auto known = of(message)) known->enter(Connection::answer);
}

void Connections::finished(SoupServerMessage* message) {
  if (auto known = of(message)) known->await_head();
}

void Connections::sweep() {
  auto now = Clock::now();
  std::vector<GSocket*> late;
  for (auto connection : open_) {
    bool sends_body = connection->phase == Connection::body;
    if (connection->phase == Connection::answer) continue;
    if (now - (sends_body ? connection->last_byte : connection->since) > limits_.idle ||
        now - connection->since > limits_.idle * body_patience)
      late.push_back(connection->socket);
  }
  for (auto socket : late) g_socket_shutdown(socket, TRUE, TRUE, nullptr);
}

}  // namespace http
