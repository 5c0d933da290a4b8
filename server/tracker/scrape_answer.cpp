// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tracker/scrape_answer.hpp"

#include "lib/json/bytes.hpp"
#include "lib/json/json.hpp"

namespace tracker {

trackers::Verdict read_scrape(std::string_view text, trackers::Hash const& hash) try {
  trackers::Verdict verdict;
  auto const answer = json::Document::parse(json::without_nul(text));
  verdict.answers = answer.string("action") == "scrape";
  auto const files = answer.object("files");
  auto const figures =
      files ? files->object(json::of_bytes({reinterpret_cast<char const*>(hash.data()), hash.size()}).c_str())
            : std::nullopt;
  if (!verdict.answers || !figures) return verdict;
  verdict.seeders = figures->integer("complete");
  verdict.leechers = figures->integer("incomplete");
  return verdict;
} catch (json::Error const&) {
  return {};
}

}  // namespace tracker
