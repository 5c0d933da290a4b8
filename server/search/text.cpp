// SPDX-License-Identifier: LGPL-2.1-or-later
#include "search/text.hpp"

#include "swarm/quote.hpp"

#include <glib.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <ctime>
#include <regex>

namespace search {
namespace {

constexpr std::size_t longest_name = 300;
constexpr std::int64_t largest = (std::int64_t{1} << 53) - 1;  // more is no number in JavaScript
constexpr std::int64_t most_peers = 10'000'000;
constexpr std::int64_t year_2000 = 946684800, year_2100 = 4102444800;

/// Reads a date by one of strptime()'s forms; %z counts.
std::optional<std::int64_t> read_date(char const* text, std::initializer_list<char const*> forms) {
  for (auto const* form : forms) {
    std::tm time{};
    time.tm_mday = 1;
    if (!strptime(text, form, &time)) continue;
    auto const offset = time.tm_gmtoff;  // timegm() clears it
    return plain_date(timegm(&time) - offset);
  }
  return {};
}

/// Short enough for std::regex, which recurses; spaces that may not be broken are spaces.
std::string plain_line(std::string_view text) {
  std::string line(text.substr(0, 2000));
  for (auto at = line.find("\xc2\xa0"); at != std::string::npos; at = line.find("\xc2\xa0", at)) {
    line.erase(at, 1);
    line[at] = ' ';
  }
  return line;
}

template <class Same>
bool has_all(std::string_view name, std::string_view wanted, Same same) {
  auto const there = words(name);
  auto const asked = words(wanted);
  return std::ranges::all_of(asked, [&](std::string const& word) {
    return std::ranges::any_of(there, [&](std::string const& one) { return same(one, word); });
  });
}

}  // namespace

std::string valid_text(std::string_view bytes) {
  if (bytes.empty()) return {};  // GLib takes no null
  g_autofree char* made = g_utf8_make_valid(bytes.data(), static_cast<gssize>(bytes.size()));
  return made;
}

std::string plain_name(std::string_view text) {
  auto const clean = swarm::clean_text(text, longest_name, " ");
  std::string name;
  for (char const c : clean)
    if (c != ' ' || (!name.empty() && name.back() != ' ')) name += c;
  if (!name.empty() && name.back() == ' ') name.pop_back();
  return name;
}

std::optional<std::int64_t> plain_number(std::string_view text) {
  std::int64_t number = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0 || number > largest) return {};
  return number;
}

std::optional<std::int64_t> plain_count(std::string_view text) {
  auto const number = plain_number(text);
  return number && *number <= most_peers ? number : std::nullopt;
}

std::optional<std::int64_t> size_in(std::string_view text) {
  static std::regex const form("([0-9]{1,9}(?:[.,][0-9]{1,6})?) {0,2}([KMGT]?)(i?)B(?![A-Za-z])");
  auto const line = plain_line(text);
  std::smatch found;
  if (!std::regex_search(line, found, form)) return {};
  auto number = found.str(1);
  std::ranges::replace(number, ',', '.');
  auto const power = found.length(2) == 0 ? 0 : static_cast<int>(std::string_view("KMGT").find(found.str(2))) + 1;
  auto const bytes = g_ascii_strtod(number.c_str(), nullptr) * std::pow(found.length(3) > 0 ? 1024 : 1000, power);
  if (bytes > static_cast<double>(largest)) return {};
  return static_cast<std::int64_t>(bytes);
}

std::optional<swarm::InfoHash> plain_hash(std::string_view text) {
  auto const hash = swarm::InfoHash::parse(text);
  if (!hash) return {};
  auto const zero = [](auto const& bytes) { return std::ranges::all_of(bytes, [](auto b) { return b == 0; }); };
  if ((hash->v1 && zero(*hash->v1)) || (hash->v2 && zero(*hash->v2))) return {};
  return hash;
}

std::optional<std::int64_t> plain_date(std::int64_t seconds) {
  if (seconds < year_2000 || seconds > year_2100) return {};
  return seconds;
}

std::optional<std::int64_t> mail_date(std::string const& text) {
  return read_date(text.c_str(), {"%a, %d %b %Y %H:%M:%S %z", "%a, %d %b %Y %H:%M:%S", "%d %b %Y %H:%M:%S %z",
                                  "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S"});
}

std::optional<std::int64_t> bay_date(std::string_view text) {
  static std::regex const form("([0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{2}-[0-9]{2} [0-9]{4})(?: ([0-9]{2}:[0-9]{2}))?");
  auto const line = plain_line(text);
  std::smatch found;
  if (!std::regex_search(line, found, form)) return {};
  return read_date(found.str(0).c_str(), {"%Y-%m-%d %H:%M", "%Y-%m-%d", "%m-%d %Y"});
}

std::vector<std::string> words(std::string_view text) {
  auto const valid = valid_text(text);
  g_autofree char* normal = g_utf8_normalize(valid.c_str(), -1, G_NORMALIZE_ALL_COMPOSE);
  g_autofree char* folded = g_utf8_casefold(normal ? normal : valid.c_str(), -1);
  std::vector<std::string> found;
  bool inside = false;
  for (char const* at = folded; *at; at = g_utf8_next_char(at)) {
    auto const letter = g_utf8_get_char(at);
    bool const counts = g_unichar_isalnum(letter) || g_unichar_ismark(letter);
    if (counts && !inside) found.emplace_back();
    if (counts) found.back().append(at, static_cast<std::size_t>(g_utf8_next_char(at) - at));
    inside = counts;
  }
  return found;
}

bool has_words(std::string_view name, std::string_view wanted) {
  return has_all(name, wanted, [](std::string const& one, std::string const& word) { return one == word; });
}

bool has_beginnings(std::string_view name, std::string_view wanted) {
  return has_all(name, wanted, [](std::string const& one, std::string const& word) { return one.starts_with(word); });
}

bool is_web_page(std::string_view text) {
  auto const begin = std::string(text.substr(0, 1024));
  g_autofree char* lower = g_ascii_strdown(begin.c_str(), -1);
  auto const page = std::string_view(lower);
  return page.find("<!doctype html") != page.npos || page.find("<html") != page.npos ||
         page.find("<head") != page.npos || page.find("<body") != page.npos;
}

}  // namespace search
