// SPDX-License-Identifier: LGPL-2.1-or-later
// GET /search, /api/providers
#include "api/announce.hpp"
#include "api/app.hpp"
#include "api/find.hpp"
#include "api/resources.hpp"
#include "http/errors.hpp"
#include "http/exchange.hpp"
#include "search/shape.hpp"
#include "search/text.hpp"

namespace api {
namespace {

using http::Failure;
using http::Fault;

constexpr std::int64_t most_results = 500;
constexpr std::size_t longest_query = 200;

search::Query query_in(http::Request const& request) {
  auto const text = search::plain_name(request.query("q").value_or(""));
  if (search::words(text).empty())
    throw Failure(Fault::bad_request, "Say what to look for: ?q=, a word or more, percent-encoded.");
  if (text.size() > longest_query)
    throw Failure(Fault::bad_request,
                  "\"q\" is too long: " + std::to_string(longest_query) + " bytes of words are enough.");
  search::Query query{.text = text};
  if (auto const name = request.query("category")) {
    auto const category = search::category_named(*name);
    if (!category) throw Failure(Fault::bad_request, "\"category\" must be one of: " + search::category_names() + ".");
    query.category = *category;
  }
  if (auto const limit = request.number("limit")) {
    if (*limit < 1 || *limit > most_results)
      throw Failure(Fault::bad_request, "\"limit\" must be from 1 to " + std::to_string(most_results) + ".");
    query.limit = static_cast<std::size_t>(*limit);
  }
  return query;
}

/// With where it plays.
json::Object picture(App const& app, search::Hit const& hit, std::string const& token) {
  auto const key = hit.hash.key();
  auto const query = token.empty() ? "" : "?token=" + token;
  auto const magnet = enhanced_magnet(*app.session, {.hash = hit.hash, .name = hit.name, .trackers = hit.trackers});
  return search::shape(hit, magnet)
      .set("streamUrl", "/stream/proxy/" + key + query)
      .set("hlsUrl", "/hls/" + key + "/film/master.m3u8" + query);
}

http::Response response(App const& app, search::Query const& query, search::Answer const& answer,
                        std::string const& token) {
  json::Array results, providers;
  for (auto const& hit : answer.hits) results.add(picture(app, hit, token));
  for (auto const& provider : answer.providers) providers.add(search::shape(provider));
  return http::Response::data(json::Object()
                                  .set("query", query.text)
                                  .set("category", search::name_of(query.category))
                                  .set("results", std::move(results))
                                  .set("providers", std::move(providers)),
                              answer.hits.empty() ? search::why_nothing_was_found(answer) : "");
}

}  // namespace

void find(App& app, http::Exchange& exchange, search::Query const& query,
          std::function<void(search::Answer const&)> then) {
  auto const answer = std::make_shared<search::Answer>();
  auto const done = exchange.wake([&exchange, answer, then = std::move(then)] {
    exchange.release();
    then(*answer);
  });
  exchange.expect_long_wait();
  exchange.hold(app.search->find(query, [answer, done](search::Answer came) {
    *answer = std::move(came);
    done();
  }));
}

void search_torrents(App& app, http::Exchange& exchange) {
  auto const query = query_in(exchange.request());
  find(app, exchange, query, [&app, &exchange, query](search::Answer const& answer) {
    // Hundreds of magnets with some thirty trackers each take their time: they are written on the pool.
    exchange.work([&app, query, answer, token = exchange.link_token()] { return response(app, query, answer, token); },
                  [&exchange](http::Response const& made) { exchange.reply(made); });
  });
}

void list_providers(App& app, http::Exchange& exchange) {
  json::Array providers;
  for (auto const& standing : app.search->standings())
    providers.add(search::shape(standing).set("lastAnswer", search::time_of(standing.answered_at)));
  exchange.reply(http::Response::data(json::Object()
                                          .set("timeout", static_cast<std::int64_t>(app.search->deadline().count()))
                                          .set("providers", std::move(providers))));
}

}  // namespace api
