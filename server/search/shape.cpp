// SPDX-License-Identifier: LGPL-2.1-or-later
#include "search/shape.hpp"

#include <glib.h>

#include <algorithm>

namespace search {

std::optional<std::string> time_of(std::optional<std::int64_t> seconds) {
  if (!seconds) return {};
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(*seconds);
  g_autofree char* text = g_date_time_format(time, "%Y-%m-%dT%H:%M:%SZ");
  return text;
}

json::Object shape(Hit const& hit, std::string const& magnet) {
  json::Object object;
  object.set("name", hit.name).set("infoHash", hit.hash.key());
  if (hit.hash.v1 && hit.hash.v2) object.set("infoHashV2", hit.hash.v2_hex());
  object.set("size", hit.size)
      .set("seeders", hit.seeders)
      .set("leechers", hit.leechers)
      .set("date", time_of(hit.date))
      .set("category", hit.category ? std::optional<std::string>(name_of(*hit.category)) : std::nullopt)
      .set("providers", json::Array::of(hit.providers))
      .set("cached", hit.here)
      .set("magnet", magnet);
  return object;
}

json::Object shape(Standing const& standing) {
  json::Object object;
  object.set("name", standing.name)
      .set("kind", standing.kind)
      .set("state", name_of(standing.state))
      .set("ms", standing.took ? std::optional<std::int64_t>(standing.took->count()) : std::nullopt)
      .set("results", standing.results);
  if (standing.without_hash > 0) object.set("withoutHash", standing.without_hash);
  if (!standing.error.empty()) object.set("error", standing.error);
  return object;
}

std::string why_nothing_was_found(Answer const& answer) {
  std::string text;
  for (auto const& provider : answer.providers)
    if (!provider.error.empty()) text += " " + provider.name + ": " + provider.error;
  if (!text.empty()) return "Nothing was found, but not everybody answered." + text;
  if (std::ranges::all_of(answer.providers, [](Standing const& one) { return one.kind == "library"; }))
    return "Nothing of that name is here, and no other provider may be asked: name some in SEARCH_PROVIDERS.";
  return "Nothing was found: use fewer words, or another category.";
}

}  // namespace search
