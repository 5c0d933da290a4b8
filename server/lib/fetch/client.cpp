// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/fetch/client.hpp"

#include <utility>

namespace fetch {
namespace {

/// A viewer of a streaming service holds one.
constexpr int connections = 256, connections_to_one_host = 64;

/// A body that is gathered, and the time that it may take.
struct Gathering {
  Answer answer;
  std::function<void(Answer)> then;
  std::unique_ptr<Transfer> transfer;
  GSource* deadline = nullptr;

  ~Gathering() { stop(); }
  void stop() {
    if (!deadline) return;
    g_source_destroy(deadline);
    g_source_unref(std::exchange(deadline, nullptr));
  }
  /// Its own copy: what it is called with may go with the transfer.
  void end(std::optional<Error> error) {  // NOLINT(performance-unnecessary-value-param)
    stop();
    transfer.reset();
    if (auto const told = std::exchange(then, nullptr)) {
      if (error) answer = {{}, error};
      told(std::move(answer));
    }
  }
};

}  // namespace

Client::Client(Settings const& settings)
    : session_(soup_session_new_with_options("user-agent", settings.user_agent.c_str(), "timeout",
                                             static_cast<guint>(settings.silence.count()), "max-conns", connections,
                                             "max-conns-per-host", connections_to_one_host, nullptr)),
      reach_{settings.allow_private, !settings.stay_on_host} {
  // A proxy would look up names, and connect, out of our sight.
  soup_session_set_proxy_resolver(session_, nullptr);
}

Client::~Client() {
  soup_session_abort(session_);
  g_object_unref(session_);
}

std::unique_ptr<Transfer> Client::start(Transfer::Request const& request, Transfer::Listener listener) {
  return std::make_unique<Transfer>(session_, reach_, request, std::move(listener));
}

std::shared_ptr<void> Client::get(std::string const& url, Limits limits, std::function<void(Answer)> then,
                                  std::string const& etag) {
  auto const gathering = std::make_shared<Gathering>();
  auto& g = *gathering;
  auto const end = [weak = std::weak_ptr(gathering)](std::optional<Error> error) {
    if (auto const held = weak.lock()) held->end(std::move(error));
  };
  auto const too_large = [end, limits] {
    end(Error(Error::Kind::too_large,
              "What the other server sends is larger than " + std::to_string(limits.bytes) + " bytes."));
  };
  Transfer::Listener listener;
  listener.head = [&g, too_large, limits](Head const& head) {
    g.answer.etag = head.etag;
    g.answer.unchanged = head.status == 304;
    bool const fits = !head.length || *head.length <= static_cast<std::int64_t>(limits.bytes);
    if (!fits) too_large();
    return fits;
  };
  listener.bytes = [&g, too_large, limits](std::span<char const> bytes) {
    bool const fits = g.answer.body.size() + bytes.size() <= limits.bytes;
    if (fits)
      g.answer.body.insert(g.answer.body.end(), bytes.begin(), bytes.end());
    else
      too_large();
    return fits;
  };
  listener.over = end;
  g.transfer = start({.url = url, .etag = etag}, std::move(listener));
  g.then = std::move(then);
  g.deadline = g_timeout_source_new(static_cast<guint>(limits.time.count()));
  auto* const late = new std::function<void()>([end] {
    end(Error(Error::Kind::too_late, "The other server did not send all of it in time: try again later."));
  });
  g_source_set_callback(
      g.deadline,
      [](gpointer data) -> gboolean {
        auto const call = *static_cast<std::function<void()>*>(data);  // end() destroys the source, and it
        call();
        return G_SOURCE_REMOVE;
      },
      late, [](gpointer data) { delete static_cast<std::function<void()>*>(data); });
  g_source_attach(g.deadline, g_main_context_get_thread_default());
  return gathering;
}

}  // namespace fetch
