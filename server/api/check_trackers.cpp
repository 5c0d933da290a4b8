// SPDX-License-Identifier: LGPL-2.1-or-later
// GET /api/trackers/check
#include "api/app.hpp"
#include "api/named.hpp"
#include "api/resources.hpp"
#include "http/errors.hpp"
#include "http/exchange.hpp"
#include "lib/fetch/address.hpp"
#include "lib/trackers/probe.hpp"

#include <algorithm>
#include <set>

namespace api {
namespace {

using http::Failure;
using http::Fault;

constexpr std::chrono::milliseconds deadline{5000};
/// A torrent may name thousands.
constexpr std::size_t most_trackers = 100;

bool is_public(std::string const& text) {
  g_autoptr(GInetAddress) address = g_inet_address_new_from_string(text.c_str());
  return address && fetch::is_public(address);
}

/// All trackers are asked at once; those that are silent until the deadline don't answer.
class Check {
 public:
  Check(std::set<std::string> configured, std::vector<std::string> const& urls, std::optional<trackers::Hash> hash,
        std::function<void()> over)
      : urls_(urls), verdicts_(urls.size()), over_(std::move(over)) {
    for (std::size_t i = 0; i < urls.size(); ++i) {
      // A stranger's link must not make this server speak to its own network; the owner's settings may.
      bool const ours = configured.contains(urls[i]);
      trackers::Question question{urls[i], hash,
                                  [ours](std::string const& address) { return ours || is_public(address); }};
      probes_.push_back(trackers::Probe::begin(question, [this, i](trackers::Verdict const& verdict) {
        verdicts_[i] = verdict;
        if (++told_ == urls_.size()) over_();
      }));
    }
  }

  [[nodiscard]] json::Object picture() const {
    json::Array list;
    std::int64_t answering = 0;
    for (std::size_t i = 0; i < urls_.size(); ++i) {
      auto const verdict =
          verdicts_[i].value_or(trackers::Verdict{false, {}, {}, {}, "It does not answer within 5 s."});
      answering += verdict.answers ? 1 : 0;
      list.add(json::Object()
                   .set("url", urls_[i])
                   .set("answers", verdict.answers)
                   .set("time", verdict.after ? std::optional<std::int64_t>(verdict.after->count()) : std::nullopt)
                   .set("seeders", verdict.seeders)
                   .set("leechers", verdict.leechers)
                   .set("message", verdict.message));
    }
    return json::Object()
        .set("total", static_cast<std::int64_t>(urls_.size()))
        .set("answering", answering)
        .set("trackers", std::move(list));
  }

 private:
  std::vector<std::string> const urls_;
  std::vector<std::optional<trackers::Verdict>> verdicts_;
  std::function<void()> over_;
  std::size_t told_ = 0;
  std::vector<std::shared_ptr<trackers::Probe>> probes_;
};

trackers::Hash short_hash(swarm::InfoHash const& hash) {
  if (hash.v1) return *hash.v1;
  trackers::Hash made{};  // BEP 52: trackers know a v2 torrent by the beginning of its hash
  std::copy_n(hash.v2->begin(), made.size(), made.begin());
  return made;
}

void check(http::Exchange& exchange, std::set<std::string> const& configured, std::vector<std::string> const& urls,
           std::optional<trackers::Hash> const& hash) {
  auto const holder = std::make_shared<std::unique_ptr<Check>>();
  auto const answer = [&exchange, weak = std::weak_ptr(holder)] {
    if (auto const held = weak.lock()) exchange.reply(http::Response::data((*held)->picture()));
  };
  *holder = std::make_unique<Check>(configured, urls, hash, exchange.wake(answer));
  exchange.expect_long_wait();
  exchange.hold(holder);
  if (urls.empty()) return answer();
  exchange.after(deadline, answer);
}

}  // namespace

void check_trackers(App& app, http::Exchange& exchange) {
  auto const& settings = app.session->settings();
  std::set<std::string> const configured(settings.trackers.begin(), settings.trackers.end());
  auto const text = exchange.request().query("infoHash");
  if (!text) return check(exchange, configured, {configured.begin(), configured.end()}, {});
  auto const hash = swarm::InfoHash::parse(*text);
  if (!hash) throw bad_info_hash();
  exchange.set_info_hash(hash->key());
  exchange.work(
      [session = app.session, hash = *hash] {
        auto const torrent = session->find(hash);
        if (!torrent) throw unknown_torrent();
        std::pair<trackers::Hash, std::vector<std::string>> found{short_hash(torrent->hash()), {}};
        for (auto const& tracker : torrent->status().trackers) found.second.push_back(tracker.url);
        return found;
      },
      [&exchange, configured](std::pair<trackers::Hash, std::vector<std::string>> const& torrent) {
        std::set<std::string> all = configured;
        all.insert(torrent.second.begin(), torrent.second.end());
        std::vector<std::string> urls(all.begin(), all.end());
        if (urls.size() > most_trackers) urls.resize(most_trackers);
        check(exchange, configured, urls, torrent.first);
      });
}

}  // namespace api
