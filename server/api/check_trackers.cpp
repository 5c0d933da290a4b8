// SPDX-License-Identifier: LGPL-2.1-or-later
// GET /api/trackers/check
#include "api/app.hpp"
#include "api/named.hpp"
#include "api/resources.hpp"
#include "http/errors.hpp"
#include "http/exchange.hpp"
#include "lib/fetch/address.hpp"
#include "lib/trackers/check.hpp"
#include "tracker/question.hpp"

#include <algorithm>
#include <set>

namespace api {
namespace {

using http::Failure;

/// A torrent may name thousands.
constexpr std::size_t most_trackers = 100;

json::Object picture(std::vector<trackers::Check::Row> const& rows) {
  json::Array list;
  std::int64_t answering = 0;
  for (auto const& row : rows) {
    auto const& verdict = row.verdict;
    answering += verdict.answers ? 1 : 0;
    list.add(json::Object()
                 .set("url", row.url)
                 .set("protocol", row.protocol)
                 .set("resolves", verdict.resolves)
                 .set("answers", verdict.answers)
                 .set("time", verdict.after ? std::optional<std::int64_t>(verdict.after->count()) : std::nullopt)
                 .set("seeders", verdict.seeders)
                 .set("leechers", verdict.leechers)
                 .set("peers", row.peers())
                 .set("message", verdict.message));
  }
  return json::Object()
      .set("total", static_cast<std::int64_t>(rows.size()))
      .set("answering", answering)
      .set("trackers", std::move(list));
}

void check(http::Exchange& exchange, std::set<std::string> const& configured, std::vector<std::string> const& urls,
           std::optional<swarm::InfoHash> const& hash) {
  std::vector<trackers::Question> questions;
  for (auto const& url : urls) {
    // A stranger's link must not make this server speak to its own network; the owner's settings may.
    bool const ours = configured.contains(url);
    questions.push_back(
        tracker::question(url, hash, [ours](std::string const& address) { return ours || fetch::is_public(address); }));
  }
  auto const holder = std::make_shared<std::unique_ptr<trackers::Check>>();
  auto const answer = [&exchange, weak = std::weak_ptr(holder)] {
    if (auto const held = weak.lock()) exchange.reply(http::Response::data(picture((*held)->rows())));
  };
  *holder = std::make_unique<trackers::Check>(questions, exchange.wake(answer));
  exchange.expect_long_wait();
  exchange.hold(holder);
  if (urls.empty()) return answer();
  exchange.after(trackers::Check::deadline, answer);
}

}  // namespace

void check_trackers(App& app, http::Exchange& exchange) {
  auto const trackers = app.session->trackers();
  std::set<std::string> const configured(trackers.begin(), trackers.end());
  auto const text = exchange.request().query("infoHash");
  if (!text) return check(exchange, configured, {configured.begin(), configured.end()}, {});
  auto const hash = swarm::InfoHash::parse(*text);
  if (!hash) throw bad_info_hash();
  exchange.set_info_hash(hash->key());
  exchange.work(
      [session = app.session, hash = *hash] {
        auto const torrent = session->find(hash);
        if (!torrent) throw unknown_torrent();
        std::pair<swarm::InfoHash, std::vector<std::string>> found{torrent->hash(), {}};
        for (auto const& tracker : torrent->status().trackers) found.second.push_back(tracker.url);
        return found;
      },
      [&exchange, configured](std::pair<swarm::InfoHash, std::vector<std::string>> const& torrent) {
        std::set<std::string> all = configured;
        all.insert(torrent.second.begin(), torrent.second.end());
        std::vector<std::string> urls(all.begin(), all.end());
        if (urls.size() > most_trackers) urls.resize(most_trackers);
        check(exchange, configured, urls, torrent.first);
      });
}

}  // namespace api
