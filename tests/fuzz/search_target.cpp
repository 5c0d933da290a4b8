// SPDX-License-Identifier: LGPL-2.1-or-later
#include "search_target.hpp"

#include "must.hpp"
#include "search/source.hpp"
#include "swarm/quote.hpp"
#include "tracker/message.hpp"

#include <algorithm>
#include <string>

namespace fuzz {
namespace {

bool is_clean(std::string const& text) { return swarm::clean_text(text, text.size()) == text; }

void check(search::Hit const& hit) {
  auto const none = [](auto const& bytes) { return std::ranges::all_of(bytes, [](auto byte) { return byte == 0; }); };
  must(!hit.hash.empty(), "a hit has a hash");
  must(!(hit.hash.v1 && none(*hit.hash.v1)) && !(hit.hash.v2 && none(*hit.hash.v2)), "which is not nothing");
  must(hit.name.size() <= 300 && is_clean(hit.name), "names are short and clean");
  constexpr std::int64_t largest = (std::int64_t{1} << 53) - 1;
  for (auto const& number : {hit.size, hit.seeders, hit.leechers, hit.date})
    must(!number || (*number >= 0 && *number <= largest), "numbers are such that JavaScript has");
}

void read(search::Reading (*format)(std::string_view), std::string_view text) {
  try {
    auto const reading = format(text);
    must(reading.without_hash >= 0, "what is left out is counted");
    for (auto const& hit : reading.hits) check(hit);
  } catch (search::Error const& error) {
    must(is_clean(error.what()) && *error.what() != 0, "an error is a clean sentence");
  }
}

}  // namespace

void search(Bytes bytes) {
  std::string_view const text(reinterpret_cast<char const*>(bytes.data()), bytes.size());
  for (auto* format : {search::read_apibay, search::read_torznab, search::read_tpb}) read(format, text);
}

void signalling(Bytes bytes) {
  try {
    auto const message = tracker::parse({reinterpret_cast<char const*>(bytes.data()), bytes.size()});
    auto const* announce = std::get_if<tracker::Announce>(&message);
    if (!announce) return;
    must(announce->info_hash.size() == 20 && announce->peer.size() == 20, "ids have 20 bytes");
    must(announce->offers.size() <= tracker::most_offers && announce->wanted <= tracker::most_offers, "offers are few");
    for (auto const& offer : announce->offers) {
      auto const passed = tracker::passed_on(announce->info_hash, announce->peer, offer);
      must(passed.find('\n') == passed.npos && passed.size() < 8 * tracker::most_sdp, "it is passed on in one text");
    }
  } catch (tracker::Refused const& refused) {
    must(*refused.what() != 0, "who is refused hears why");
  }
}

}  // namespace fuzz
