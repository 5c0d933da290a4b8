// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/trackers/probe.hpp"

#include <gio/gio.h>

#include <charconv>
#include <string_view>

namespace trackers {
namespace {

/// Says at once what is wrong with the question.
class Refusal final : public Probe, public std::enable_shared_from_this<Refusal> {
 public:
  static std::shared_ptr<Probe> make(std::string message, Done done) {
    auto const made = std::make_shared<Refusal>();
    made->source_ = g_idle_source_new();
    auto* call = new std::function<gboolean()>(
        [weak = made->weak_from_this(), message = std::move(message), done = std::move(done)] {
          if (weak.lock()) done({.message = message});
          return G_SOURCE_REMOVE;
        });
    g_source_set_callback(
        made->source_, [](gpointer data) { return (*static_cast<std::function<gboolean()>*>(data))(); }, call,
        [](gpointer data) { delete static_cast<std::function<gboolean()>*>(data); });
    g_source_attach(made->source_, g_main_context_get_thread_default());
    return made;
  }
  ~Refusal() override {
    g_source_destroy(source_);
    g_source_unref(source_);
  }
  [[nodiscard]] Verdict so_far() const override { return {}; }

 private:
  GSource* source_ = nullptr;
};

/// Takes a bencoded string from the front of the text, if there is one.
std::optional<std::string_view> take_string(std::string_view& text) {
  std::size_t size = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  auto const rest = text.substr(static_cast<std::size_t>(end - text.data()));
  if (error != std::errc() || !rest.starts_with(':') || size > rest.size() - 1) return {};
  text = rest.substr(1 + size);
  return rest.substr(1, size);
}

/// Takes a bencoded number, 0 or more.
std::optional<std::int64_t> take_number(std::string_view& text) {
  if (!text.starts_with('i')) return {};
  std::int64_t value = 0;
  auto const [end, error] = std::from_chars(text.data() + 1, text.data() + text.size(), value);
  auto const rest = text.substr(static_cast<std::size_t>(end - text.data()));
  if (error != std::errc() || !rest.starts_with('e') || value < 0) return {};
  text = rest.substr(1);
  return value;
}

/// Figures of one torrent, from behind the "d" of its dictionary.
void read_figures(std::string_view text, Verdict& verdict) {
  while (auto const key = take_string(text)) {
    auto const number = take_number(text);
    if (!number && !take_string(text)) return;
    if (key == "complete") verdict.seeders = number;
    if (key == "incomplete") verdict.leechers = number;
  }
}

}  // namespace

std::shared_ptr<Probe> Probe::begin(Question const& question, Done done) {
  g_autoptr(GUri) uri = g_uri_parse(question.url.c_str(), G_URI_FLAGS_NONE, nullptr);
  auto const* host = uri ? g_uri_get_host(uri) : nullptr;
  if (!host || !*host) return Refusal::make("It is no announce URL.", std::move(done));
  std::string_view const scheme = g_uri_get_scheme(uri);
  if (scheme == "http" || scheme == "https") return http_probe(question, host, std::move(done));
  if (scheme == "udp" && g_uri_get_port(uri) > 0)
    return udp_probe(question, host, g_uri_get_port(uri), std::move(done));
  if (scheme == "ws" || scheme == "wss") return websocket_probe(question, host, std::move(done));
  return Refusal::make("Only udp:// (with a port), http://, https://, ws:// and wss:// trackers can be asked.",
                       std::move(done));
}

Verdict read_answer(int status, std::string_view body, std::optional<Hash> const& hash) {
  Verdict verdict;
  // Even a failure is an answer, if a tracker wrote it.
  verdict.answers = body.starts_with('d');
  if (!verdict.answers) {
    verdict.message = "It answers " + std::to_string(status) + ", but not as a tracker.";
    return verdict;
  }
  if (hash) {
    // Of other torrents it may tell, too.
    auto const key = "20:" + std::string(hash->begin(), hash->end()) + "d";
    if (auto const at = body.find(key); at != std::string_view::npos)
      read_figures(body.substr(at + key.size()), verdict);
  }
  constexpr std::string_view failure = "14:failure reason";
  if (auto const at = body.find(failure); at != std::string_view::npos) {
    auto text = body.substr(at + failure.size());
    if (auto const reason = take_string(text)) verdict.message = reason->substr(0, 200);
  }
  return verdict;
}

}  // namespace trackers
