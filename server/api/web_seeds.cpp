// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/web_seeds.hpp"

#include "api/app.hpp"
#include "lib/fetch/whereabouts.hpp"

#include <algorithm>

namespace api {
namespace {

/// Each is looked up.
constexpr std::size_t most_web_seeds = 100;

}  // namespace

std::vector<std::string> web_seed_urls(json::Document const& json) {
  auto urls = json.strings("webSeeds");
  if (urls.size() > most_web_seeds)
    throw http::Failure(http::Fault::bad_input,
                        "\"webSeeds\" may name " + std::to_string(most_web_seeds) + " at most.");
  for (auto const& url : urls) fetch::check_url(url);
  return urls;
}

http::Failure private_web_seed() {
  return {http::Fault::forbidden_address,
          "\"webSeeds\" must not lead to this server or its own network (ALLOW_PRIVATE_FETCH)."};
}

void sort_web_seeds(App& app, http::Exchange& exchange, std::vector<std::string> const& urls,
                    std::function<void(std::vector<std::string>, std::vector<std::string>)> then) {
  if (urls.empty() || app.options.allow_private_fetch) return then(urls, {});
  auto const forbidden = std::make_shared<std::vector<std::string>>();
  auto const done = exchange.wake([&exchange, urls, forbidden, then = std::move(then)] {
    exchange.release();
    auto allowed = urls;
    std::erase_if(allowed, [&](auto const& url) { return std::ranges::find(*forbidden, url) != forbidden->end(); });
    then(std::move(allowed), *forbidden);
  });
  exchange.expect_long_wait();
  exchange.hold(fetch::find_private(urls, [forbidden, done](std::vector<std::string> found) {
    *forbidden = std::move(found);
    done();
  }));
}

}  // namespace api
