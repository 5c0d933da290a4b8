// SPDX-License-Identifier: LGPL-2.1-or-later
#include "tracker/message.hpp"

#include "lib/json/bytes.hpp"
#include "lib/json/json.hpp"

#include <glib.h>

#include <algorithm>

namespace tracker {
namespace {

constexpr std::size_t id_size = 20;

Id id_of(std::string const& text, char const* name) {
  Id id;
  for (auto at = text.c_str(); *at; at = g_utf8_next_char(at)) {
    auto const character = g_utf8_get_char(at);
    bool const is_nul = std::string_view(at).starts_with(json::nul);
    if (id.size() == id_size || (character > 0xff && !is_nul)) {
      id.clear();
      break;
    }
    id += is_nul ? '\0' : static_cast<char>(character);
  }
  if (id.size() != id_size)
    throw Refused(std::string(name) + " must be 20 bytes, each as a character U+0000 to U+00FF.");
  return id;
}

Id id_of(json::Document const& from, char const* name) {
  auto const text = from.string(name);
  if (!text) throw Refused(std::string(name) + " is missing.");
  return id_of(*text, name);
}

Description description_of(json::Document const& from, char const* name) {
  auto const given = from.object(name);
  if (!given) throw Refused(std::string(name) + " is missing.");
  Description description{given->string("type").value_or(""), given->string("sdp").value_or("")};
  if (description.type != name) throw Refused(std::string(name) + " must be of the type \"" + name + "\".");
  if (description.sdp.empty() || description.sdp.size() > most_sdp)
    throw Refused("sdp must be a text of 1 byte to 16 KiB.");
  return description;
}

Announce announce_of(json::Document const& from) {
  Announce announce{.info_hash = id_of(from, "info_hash"), .peer = id_of(from, "peer_id")};
  auto const event = from.string("event").value_or("");
  if (event == "started") announce.event = Announce::Event::started;
  if (event == "stopped") announce.event = Announce::Event::stopped;
  if (event == "completed") announce.event = Announce::Event::completed;
  // Whoever doesn't know how much there is sends null.
  announce.complete = announce.event == Announce::Event::completed || from.integer("left") == 0;
  auto offers = from.objects("offers");
  if (offers.size() > most_offers) throw Refused("At most 20 offers can be made at a time.");
  for (auto const& offer : offers)
    announce.offers.push_back({id_of(offer, "offer_id"), description_of(offer, "offer")});
  announce.wanted =
      static_cast<std::size_t>(std::clamp<std::int64_t>(from.integer("numwant").value_or(most_offers), 0, most_offers));
  if (from.has("answer"))
    announce.answer = Answer{id_of(from, "to_peer_id"), id_of(from, "offer_id"), description_of(from, "answer")};
  return announce;
}

Scrape scrape_of(json::Document const& from) {
  Scrape scrape;
  auto const texts = from.is_array("info_hash") ? from.strings("info_hash")
                                                : std::vector<std::string>{from.string("info_hash").value_or("")};
  if (texts.size() > most_scraped) throw Refused("At most 50 swarms can be scraped at a time.");
  for (auto const& text : texts) scrape.info_hashes.push_back(id_of(text, "info_hash"));
  return scrape;
}

json::Object to_peer(Id const& info_hash, Id const& from, Id const& offer) {
  json::Object message;
  message.set("action", "announce").set("info_hash", json::of_bytes(info_hash));
  message.set("peer_id", json::of_bytes(from)).set("offer_id", json::of_bytes(offer));
  return message;
}

json::Object object_of(Description const& description) {
  return json::Object().set("type", description.type).set("sdp", description.sdp);
}

}  // namespace

Message parse(std::string_view text) {
  try {
    auto const document = json::Document::parse(json::without_nul(text));
    auto const action = document.string("action").value_or("");
    if (action == "announce") return announce_of(document);
    if (action == "scrape") return scrape_of(document);
  } catch (json::Error const& error) {
    throw Refused(error.what());
  }
  throw Refused("action must be \"announce\" or \"scrape\".");
}

std::string announced(Id const& info_hash, Count const& count, std::int64_t interval_seconds) {
  json::Object message;
  message.set("action", "announce").set("info_hash", json::of_bytes(info_hash)).set("interval", interval_seconds);
  message.set("complete", count.complete).set("incomplete", count.incomplete);
  return json::with_nul(message.text());
}

std::string scraped(std::vector<std::pair<Id, Count>> const& counts, std::int64_t interval_seconds) {
  json::Object files;
  for (auto const& [info_hash, count] : counts)
    files.set(json::of_bytes(info_hash).c_str(), json::Object()
                                                     .set("complete", count.complete)
                                                     .set("incomplete", count.incomplete)
                                                     .set("downloaded", count.downloaded));
  json::Object message;
  message.set("action", "scrape").set("files", std::move(files));
  message.set("flags", json::Object().set("min_request_interval", interval_seconds));
  return json::with_nul(message.text());
}

std::string passed_on(Id const& info_hash, Id const& from, Offer const& offer) {
  return json::with_nul(to_peer(info_hash, from, offer.id).set("offer", object_of(offer.description)).text());
}

std::string passed_on(Id const& info_hash, Id const& from, Answer const& answer) {
  return json::with_nul(to_peer(info_hash, from, answer.offer).set("answer", object_of(answer.description)).text());
}

std::string failure(std::string_view why) { return json::Object().set("failure reason", why).text(); }

}  // namespace tracker
