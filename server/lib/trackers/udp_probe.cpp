// SPDX-License-Identifier: LGPL-2.1-or-later
// BEP 15: connect, and scrape if there is a hash.
#include "lib/trackers/named_probe.hpp"
#include "lib/trackers/probe.hpp"

#include <gio/gio.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace trackers {
namespace {

using Bytes = std::vector<std::uint8_t>;

constexpr std::uint64_t protocol_id = 0x41727101980;
enum Action : std::uint32_t { connect = 0, scrape = 2, error = 3 };
/// A datagram may be lost.
constexpr guint again_ms = 1200;

void put(Bytes& bytes, std::uint64_t value, int size) {
  for (int shift = (size - 1) * 8; shift >= 0; shift -= 8) bytes.push_back(static_cast<std::uint8_t>(value >> shift));
}

std::uint64_t get(Bytes const& bytes, std::size_t at, int size) {
  std::uint64_t value = 0;
  for (int i = 0; i < size; ++i) value = value << 8 | bytes[at + static_cast<std::size_t>(i)];
  return value;
}

class UdpProbe final : public NamedProbe<UdpProbe> {
 public:
  UdpProbe(Question question, int port, Done done)
      : NamedProbe(std::move(question), std::move(done)), port_(static_cast<guint16>(port)) {}
  ~UdpProbe() override { end(); }

  void ask(GInetAddress* address) {
    g_autoptr(GError) failure = nullptr;
    g_autoptr(GSocketAddress) to = g_inet_socket_address_new(address, port_);
    socket_ = g_socket_new(g_inet_address_get_family(address), G_SOCKET_TYPE_DATAGRAM, G_SOCKET_PROTOCOL_UDP, &failure);
    if (!socket_ || !g_socket_connect(socket_, to, nullptr, &failure)) return tell(failure->message);
    g_socket_set_blocking(socket_, FALSE);
    readable_ = g_socket_create_source(socket_, G_IO_IN, nullptr);
    g_source_set_callback(readable_,
                          reinterpret_cast<GSourceFunc>(
                              reinterpret_cast<void (*)()>(+[](GSocket*, GIOCondition, gpointer self) -> gboolean {
                                auto const alive = static_cast<UdpProbe*>(self)->shared_from_this();
                                return alive->read();
                              })),
                          this, nullptr);
    g_source_attach(readable_, g_main_context_get_thread_default());
    repeat_ = g_timeout_source_new(again_ms);
    g_source_set_callback(
        repeat_,
        [](gpointer self) -> gboolean {
          if (static_cast<UdpProbe*>(self)->has_told()) return G_SOURCE_REMOVE;
          static_cast<UdpProbe*>(self)->send();
          return G_SOURCE_CONTINUE;
        },
        this, nullptr);
    g_source_attach(repeat_, g_main_context_get_thread_default());
    request(connect, protocol_id);
  }

 private:
  void request(Action action, std::uint64_t connection) {
    action_ = action;
    transaction_ = g_random_int();
    request_.clear();
    put(request_, connection, 8);
    put(request_, action, 4);
    put(request_, transaction_, 4);
    if (action == scrape) request_.insert(request_.end(), question_.hash->begin(), question_.hash->end());
    send();
  }
  void send() {
    g_socket_send(socket_, reinterpret_cast<char const*>(request_.data()), request_.size(), nullptr, nullptr);
  }

  gboolean read() {
    Bytes reply(2048);
    g_autoptr(GError) failure = nullptr;
    auto const size = g_socket_receive(socket_, reinterpret_cast<char*>(reply.data()), reply.size(), nullptr, &failure);
    if (size < 0) {
      if (g_error_matches(failure, G_IO_ERROR, G_IO_ERROR_WOULD_BLOCK)) return G_SOURCE_CONTINUE;
      tell(failure->message);
      return G_SOURCE_REMOVE;
    }
    reply.resize(static_cast<std::size_t>(size));
    if (size < 8 || get(reply, 4, 4) != transaction_) return G_SOURCE_CONTINUE;  // of an earlier try, or a stranger
    understand(reply);
    return has_told() ? G_SOURCE_REMOVE : G_SOURCE_CONTINUE;
  }

  void understand(Bytes const& reply) {
    auto const action = get(reply, 0, 4);
    if (!verdict_.after) verdict_.after = so_long();
    verdict_.answers = true;
    if (action == error) {
      return tell({reply.begin() + 8, reply.begin() + std::min<std::ptrdiff_t>(208, std::ssize(reply))});
    }
    if (action_ == connect && action == connect && reply.size() >= 16)
      return question_.hash ? request(scrape, get(reply, 8, 8)) : tell("");
    if (action_ == scrape && action == scrape && reply.size() >= 20) {
      verdict_.seeders = static_cast<std::int64_t>(get(reply, 8, 4));
      verdict_.leechers = static_cast<std::int64_t>(get(reply, 16, 4));
      return tell("");
    }
    verdict_.answers = false;
    tell("It answers, but not as a tracker.");
  }

  void end() {
    for (auto** source : {&readable_, &repeat_})
      if (*source) {
        g_source_destroy(*source);
        g_source_unref(*source);
        *source = nullptr;
      }
    g_clear_object(&socket_);
  }

  guint16 const port_;
  GSocket* socket_ = nullptr;
  GSource *readable_ = nullptr, *repeat_ = nullptr;
  Action action_ = connect;
  std::uint32_t transaction_ = 0;
  Bytes request_;
};

}  // namespace

std::shared_ptr<Probe> udp_probe(Question const& question, std::string const& host, int port, Probe::Done done) {
  auto const probe = std::make_shared<UdpProbe>(question, port, std::move(done));
  probe->begin(host);
  return probe;
}

}  // namespace trackers
