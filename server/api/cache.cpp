// SPDX-License-Identifier: LGPL-2.1-or-later
// GET /api/cache-stats, GET and POST /api/cache-config
#include "api/app.hpp"
#include "api/cleaning.hpp"
#include "api/resources.hpp"
#include "api/shapes.hpp"
#include "http/errors.hpp"
#include "http/exchange.hpp"
#include "lib/json/json.hpp"

#include <cmath>
#include <limits>

namespace api {
namespace {

using http::Failure;
using http::Fault;

constexpr std::int64_t mb = 1'000'000;

/// With two decimals.
double megabytes(std::int64_t bytes) { return std::round(static_cast<double>(bytes) / (mb / 100.)) / 100; }

std::string share(std::int64_t part, std::int64_t whole) {
  g_autofree char* text =
      g_strdup_printf("%.2f", whole > 0 ? 100. * static_cast<double>(part) / static_cast<double>(whole) : 0.);
  return text;
}

/// Files that somebody put into folders; they count for no limit.
json::Object populated(App const& app) {
  std::int64_t bytes = 0, verified = 0;
  json::Array refused;
  auto const files = app.populated->all();
  for (auto const& file : files) {
    bytes += file.identity.size;
    verified += file.verdict == cache::Verdict::right ? 1 : 0;
    if (file.verdict == cache::Verdict::wrong) refused.add(file.name);
  }
  return json::Object()
      .set("files", static_cast<std::int64_t>(files.size()))
      .set("diskUsage", megabytes(bytes))
      .set("verified", verified)
      .set("refused", std::move(refused));
}

json::Object stats(App const& app) {
  app.cleaning->take_stock();
  auto const settings = app.cleaning->settings();
  auto const sums = app.index->sums();
  auto const lookups = app.index->lookups();
  auto const traits = app.index->traits();
  auto const last = app.cleaning->last_run();
  return json::Object()
      .set("backend", traits.name)
      .set("size", sums.files)
      .set("maxSize", settings.limits.most_files)
      .set("diskUsage", megabytes(sums.on_disk))
      .set("maxDiskUsage", settings.limits.most_bytes / mb)
      .set("diskUsagePercent", share(sums.on_disk, settings.limits.most_bytes))
      .set("hits", lookups.hits)
      .set("misses", lookups.misses)
      .set("hitRate", share(lookups.hits, lookups.hits + lookups.misses))
      .set("cleanupInterval", static_cast<std::int64_t>(settings.interval.count()))
      .set("lastCleanup", last ? std::optional(timestamp(*last)) : std::nullopt)
      .set("populated", populated(app))
      .set("scalingInfo", json::Object()
                              .set("backend", traits.name)
                              .set("isScalable", traits.scalable)
                              .set("supportsPersistence", traits.persistent)
                              .set("recommendedForProduction", traits.recommended));
}

json::Object config(App const& app) {
  app.cleaning->take_stock();
  auto const settings = app.cleaning->settings();
  auto const sums = app.index->sums();
  return json::Object()
      .set("backend", app.index->traits().name)
      .set("maxSize", settings.limits.most_files)
      .set("currentSize", sums.files)
      .set("maxDiskUsage", settings.limits.most_bytes / mb)
      .set("currentDiskUsage", megabytes(sums.on_disk))
      .set("diskUsagePercent", share(sums.on_disk, settings.limits.most_bytes))
      .set("cleanupInterval", static_cast<std::int64_t>(settings.interval.count()))
      .set("ttl", settings.limits.ttl);
}

/// Sets `to` to the member's value times `unit`. False if there is none.
bool take(json::Document const& json, char const* name, std::int64_t least, std::int64_t unit, std::int64_t& to) {
  auto const value = json.integer(name);
  if (!value) return false;
  if (*value < least || *value > std::numeric_limits<std::int64_t>::max() / unit / 2)
    throw Failure(Fault::bad_input,
                  "\"" + std::string(name) + "\" must be a whole number, " + std::to_string(least) + " or more.");
  to = *value * unit;
  return true;
}

/// Work of the pool, answered with what it gives.
template <class Make>
void answer(http::Exchange& exchange, Make make) {
  exchange.work(make, [&exchange](http::Response const& response) { exchange.reply(response); });
}

}  // namespace

void cache_stats(App& app, http::Exchange& exchange) {
  answer(exchange, [&app] { return http::Response::data(stats(app)); });
}

void cache_config(App& app, http::Exchange& exchange) {
  answer(exchange, [&app] { return http::Response::data(config(app)); });
}

void change_cache(App& app, http::Exchange& exchange) {
  auto const json = json::Document::parse(exchange.request().body());
  auto settings = app.cleaning->settings();
  std::int64_t interval = settings.interval.count();
  bool const max_size = take(json, "maxSize", 1, 1, settings.limits.most_files);
  bool const max_disk = take(json, "maxDiskMB", 1, mb, settings.limits.most_bytes);
  bool const ttl = take(json, "ttl", 0, 1, settings.limits.ttl);
  bool const every = take(json, "cleanupInterval", 0, 1, interval);
  bool const force = json.boolean("forceCleanup").value_or(false);
  bool const changed = max_size || max_disk || ttl || every;
  if (!changed && !force)
    throw Failure(Fault::bad_request,
                  "Give \"forceCleanup\": true, or one of \"maxSize\", \"maxDiskMB\", \"ttl\" and "
                  "\"cleanupInterval\".");
  settings.interval = std::chrono::seconds(interval);
  if (changed) app.cleaning->set(settings);
  if (!force) return cache_config(app, exchange);
  answer(exchange, [&app] {
    auto const cleaned = app.cleaning->run();
    if (!cleaned)
      throw Failure(Fault::in_use, "The cache is being cleaned at this moment: ask again in a few seconds.");
    auto const sums = app.index->sums();
    return http::Response::data(json::Object()
                                    .set("cleanedCount", cleaned->files)
                                    .set("freedSpaceMB", megabytes(cleaned->bytes))
                                    .set("finalSize", sums.files)
                                    .set("finalDiskUsage", megabytes(sums.on_disk)),
                                "Cache cleaned successfully");
  });
}

}  // namespace api
