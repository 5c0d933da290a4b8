// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/connections.hpp"

#include "http/errors.hpp"
#include "http/head_guard.hpp"
#include "http/network_of.hpp"

#include <chrono>
#include <memory>
#include <sys/socket.h>
#include <utility>
#include <vector>

namespace http {
namespace {

using Clock = std::chrono::steady_clock;
constexpr char const* key = "gst-torrent-connection";
constexpr char const* soup_key = "gst-torrent-soup-connection";
/// A body may be sent slowly, but not for ever.
constexpr int body_patience = 10;

/// Notes libsoup's object for each connection that is accepted (its class has no public name but its GType's), and
/// lets go of the reference to its socket that libsoup before 3.4 forgets: besides ours and the connection's own.
gboolean on_accept(GSignalInvocationHint*, guint, GValue const* values, gpointer) {
  auto connection = static_cast<GObject*>(g_value_get_object(&values[1]));
  g_autoptr(GSocket) socket = nullptr;
  g_object_get(connection, "socket", &socket, nullptr);
  if (!socket) return TRUE;
  g_object_set_data(G_OBJECT(socket), soup_key, connection);
  if (!soup_check_version(3, 4, 0) && G_OBJECT(socket)->ref_count == 3) g_object_unref(socket);
  return TRUE;
}

bool at_end(GSocket* socket) {
  char byte = 0;
  return !g_socket_is_closed(socket) && recv(g_socket_get_fd(socket), &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

/// A proxy, perhaps, which speaks for many.
bool of_this_machine(std::string_view address) { return address == "127.0.0.1" || address == "::1"; }

}  // namespace

/// Hangs on the GSocket, and ends with it: there is no signal for the end of a connection between two requests.
struct Connections::Connection {
  Connections* all;
  GSocket* socket;
  enum { head, body, answer } phase = head;
  Clock::time_point since = Clock::now();  ///< of the phase
  Clock::time_point last_byte = Clock::now();
  int ended = 0;  ///< looks since the client has closed it
  std::unique_ptr<HeadGuard> guard;
  std::string address;  ///< empty: not counted

  ~Connection() {
    if (!all) return;
    all->open_.erase(this);
    if (auto const of = all->of_address_.find(address); of != all->of_address_.end() && --of->second == 0)
      all->of_address_.erase(of);
  }
  void enter(decltype(phase) next) {
    phase = next;
    since = last_byte = Clock::now();
    ended = 0;
  }
  void await_head() {
    enter(head);
    if (!all->tls_) guard = std::make_unique<HeadGuard>(socket, all->limits_.head_bytes);
  }
};

Connections::Connections(Limits const& limits, bool tls, Proxies exempt)
    : limits_(limits),
      tls_(tls),
      exempt_(std::move(exempt)),
      sweep_(Source::every(std::chrono::milliseconds(250), [this] {
        // Here only: a turn of the loop has one look at most.
        for (auto* connection : open_)
          if (connection->phase == Connection::head && at_end(connection->socket)) ++connection->ended;
        sweep();
      })) {}

void Connections::listening() {
  static gulong const hook = [] {
    auto listener = g_type_from_name("SoupListener");
    auto signal = listener ? g_signal_lookup("new-connection", listener) : 0;
    return signal ? g_signal_add_emission_hook(signal, 0, on_accept, nullptr, nullptr) : 0;
  }();
  if (!hook) g_debug("This libsoup is unlike 3.2; connections that clients close are its own business.");
}

Connections::~Connections() {
  for (auto connection : std::exchange(open_, {})) {
    connection->all = nullptr;
    g_object_set_data(G_OBJECT(connection->socket), key, nullptr);
  }
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
  if (count() > limits_.connections) sweep();
  auto const refuse = [&](char const* why) {
    answer_and_close(socket, tls_ ? std::string() : raw_failure({Fault::unavailable, why}));
  };
  if (count() > limits_.connections) return refuse("Too many connections: try again in a moment.");
  auto const remote = soup_server_message_get_remote_host(message);
  if (limits_.connections_each > 0 && remote && !of_this_machine(remote) && !exempt_.trust(remote)) {
    made->address = network_of(remote);
    if (++of_address_[made->address] > limits_.connections_each)
      return refuse("Too many connections from your address: end some of them.");
  }
  made->await_head();
  if (made->guard) made->guard->look();
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

std::shared_ptr<void> Connections::account(GSocket* socket) {
  return {g_object_ref(socket), [](gpointer held) {
            g_object_set_data(G_OBJECT(held), key, nullptr);
            g_object_unref(held);
          }};
}

void Connections::sweep() {
  auto now = Clock::now();
  std::vector<GSocket*> late;
  std::vector<GSocket*> closed;
  std::vector<GObject*> leaked;
  for (auto connection : open_) {
    if (g_socket_is_closed(connection->socket)) {
      closed.push_back(connection->socket);
      continue;
    }
    bool sends_body = connection->phase == Connection::body;
    if (connection->phase == Connection::answer) continue;
    // libsoup before 3.2.4 forgets a connection that its client closes between two requests, and never closes it. But
    // it has to see the end itself first, or it looks for it in what is gone: in the turn after the first look.
    if (connection->ended > 0) {
      auto soup = static_cast<GObject*>(g_object_get_data(G_OBJECT(connection->socket), soup_key));
      if (connection->ended > 2 && soup) leaked.push_back(soup);
      continue;
    }
    if (now - (sends_body ? connection->last_byte : connection->since) > limits_.idle ||
        now - connection->since > limits_.idle * body_patience)
      late.push_back(connection->socket);
  }
  for (auto socket : closed) g_object_set_data(G_OBJECT(socket), key, nullptr);
  for (auto soup : leaked) g_signal_emit_by_name(soup, "disconnected");  // what it does itself in 3.2.4
  for (auto socket : late) g_socket_shutdown(socket, TRUE, TRUE, nullptr);
}

}  // namespace http
