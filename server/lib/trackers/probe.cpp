// SPDX-License-Identifier: LGPL-2.1-or-later
#include "lib/trackers/probe.hpp"

#include <gio/gio.h>

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

/// The number behind the key: "<key>i7e" in bencoded text, "<key>7" with `end` 0.
std::optional<std::int64_t> number_of(std::string_view text, std::string_view key, char end = 'e') {
  auto const at = text.find(key);
  if (at == std::string_view::npos) return {};
  auto const digits = text.substr(at + key.size());
  std::int64_t value = 0;
  std::size_t i = 0;
  for (; i < digits.size() && i < 12 && g_ascii_isdigit(digits[i]); ++i) value = value * 10 + (digits[i] - '0');
  if (i == 0 || i == digits.size() || (end && digits[i] != end)) return {};
  return value;
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

Verdict read_answer(int status, std::string const& body) {
  Verdict verdict;
  // Even a failure is an answer, if a tracker wrote it.
  verdict.answers = !body.empty() && body.front() == 'd';
  if (!verdict.answers) {
    verdict.message = "It answers " + std::to_string(status) + ", but not as a tracker.";
    return verdict;
  }
  verdict.seeders = number_of(body, "8:completei");
  verdict.leechers = number_of(body, "10:incompletei");
  constexpr std::string_view failure = "14:failure reason";
  if (auto const at = body.find(failure); at != std::string::npos) {
    auto const text = std::string_view(body).substr(at + failure.size());
    auto const colon = text.find(':');
    auto const size =
        colon == std::string_view::npos ? 0 : g_ascii_strtoull(std::string(text.substr(0, colon)).c_str(), nullptr, 10);
    if (size > 0) verdict.message = text.substr(colon + 1, std::min<std::size_t>(size, 200));
  }
  return verdict;
}

Verdict read_scrape(std::string_view text) {
  Verdict verdict;
  verdict.answers = text.find("\"scrape\"") != std::string_view::npos;
  if (!verdict.answers) return verdict;
  verdict.seeders = number_of(text, "\"complete\":", 0);
  verdict.leechers = number_of(text, "\"incomplete\":", 0);
  return verdict;
}

}  // namespace trackers
