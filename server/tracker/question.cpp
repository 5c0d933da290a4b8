// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tracker/question.hpp"

#include "lib/json/bytes.hpp"
#include "lib/json/json.hpp"

#include <algorithm>

namespace tracker {
namespace {

/// As trackers know it: by v1, else by the beginning of v2 (BEP 52).
trackers::Hash short_hash(swarm::InfoHash const& hash) {
  if (hash.v1) return *hash.v1;
  trackers::Hash made{};
  std::copy_n(hash.v2->begin(), made.size(), made.begin());
  return made;
}

}  // namespace

trackers::Question question(std::string const& url, std::optional<swarm::InfoHash> const& hash,
                            std::function<bool(std::string const& address)> const& may_reach) {
  if (!hash) return {url, {}, may_reach, {}};
  auto const known = short_hash(*hash);
  return {url, known, may_reach, [known](std::string_view text) { return read_scrape(text, known); }};
}

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
