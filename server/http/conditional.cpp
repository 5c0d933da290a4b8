// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/conditional.hpp"

#include <libsoup/soup.h>

namespace http {
namespace {

std::string_view skip(std::string_view text, char const* what) {
  auto first = text.find_first_not_of(what);
  return first == std::string_view::npos ? std::string_view{} : text.substr(first);
}

/// Is the tag in the list? A comma may stand inside of an entity-tag, so this reads quotes.
bool listed(std::string_view list, std::string_view tag, bool strong) {
  list = skip(list, " \t");
  if (skip(list, "*").empty() && !list.empty()) return true;
  while (!(list = skip(list, " \t,")).empty()) {
    bool weak = list.substr(0, 2) == "W/";
    if (weak) list.remove_prefix(2);
    if (list.empty() || list.front() != '"') return false;
    auto end = list.find('"', 1);
    if (end == std::string_view::npos) return false;
    if (list.substr(0, end + 1) == tag && !(strong && weak)) return true;
    list.remove_prefix(end + 1);
  }
  return false;
}

}  // namespace

Verdict evaluate(Conditions const& c, Validators const& v) {
  if (!c.if_match.empty()) {
    if (!listed(c.if_match, v.etag, true)) return Verdict::precondition_failed;
  } else if (auto date = parse_http_date(c.if_unmodified_since); date && v.last_modified) {
    if (*v.last_modified > *date) return Verdict::precondition_failed;
  }
  if (!c.if_none_match.empty()) {
    if (listed(c.if_none_match, v.etag, false)) return Verdict::not_modified;
  } else if (auto date = parse_http_date(c.if_modified_since); date && v.last_modified) {
    if (*v.last_modified <= *date) return Verdict::not_modified;
  }
  return Verdict::proceed;
}

bool range_applies(Conditions const& c, Validators const& v) {
  if (c.if_range.empty()) return true;
  if (c.if_range.front() == '"') return c.if_range == v.etag;
  if (c.if_range.substr(0, 2) == "W/") return false;
  auto date = parse_http_date(c.if_range);
  return date && v.last_modified && *date == *v.last_modified;
}

std::string http_date(std::int64_t unix_seconds) {
  g_autoptr(GDateTime) time = g_date_time_new_from_unix_utc(unix_seconds);
  if (!time) return {};
  g_autofree char* text = soup_date_time_to_string(time, SOUP_DATE_HTTP);
  return text;
}

std::optional<std::int64_t> parse_http_date(std::string_view text) {
  if (text.empty()) return {};
  g_autoptr(GDateTime) time = soup_date_time_new_from_http_string(std::string(text).c_str());
  if (!time) return {};
  return g_date_time_to_unix(time);
}

}  // namespace http
