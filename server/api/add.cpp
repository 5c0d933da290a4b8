// SPDX-License-Identifier: LGPL-2.1-or-later
// POST /api/torrents
#include "api/announce.hpp"
#include "api/app.hpp"
#include "api/find.hpp"
#include "api/metadata_wait.hpp"
#include "api/named.hpp"
#include "api/opening.hpp"
#include "api/resources.hpp"
#include "api/shapes.hpp"
#include "api/web_seeds.hpp"
#include "http/errors.hpp"
#include "search/merge.hpp"
#include "search/shape.hpp"
#include "search/text.hpp"
#include "swarm/catalog.hpp"

#include <algorithm>
#include <utility>

namespace api {
namespace {

using http::Failure;
using http::Fault;

/// Among which the right name may be.
constexpr std::size_t most_hits = 500;
constexpr std::int64_t default_wait_s = 30, longest_wait_s = 3600;
/// For a .torrent to come from elsewhere.
constexpr std::chrono::seconds fetch_patience{30};

/// What the client wants added. The .torrent is taken apart on the pool: it may be large.
struct Wish {
  swarm::Locator locator;
  std::vector<char> metainfo;
  std::string url;                     ///< where it is to be had
  std::vector<std::string> web_seeds;  ///< named by the client itself
  std::vector<std::string> hints;      ///< web seeds of a magnet: those that can't be used are left out
  std::optional<int> file;
  std::optional<search::Query> query;  ///< nothing but a name is known
};

struct Added {
  std::shared_ptr<swarm::Torrent> torrent;
  std::optional<swarm::FileChoice> kept;  ///< before it was added, if it was known
};

search::Query query_of(json::Document const& json, std::string const& name) {
  search::Query query{.text = search::plain_name(name)};
  if (search::words(query.text).empty()) throw Failure(Fault::bad_input, "\"name\" must have a word or more.");
  if (auto const category = json.string("category")) {
    auto const known = search::category_named(*category);
    if (!known) throw Failure(Fault::bad_input, "\"category\" must be one of: " + search::category_names() + ".");
    query.category = *known;
  }
  query.limit = most_hits;
  return query;
}

/// g_strstrip() would end at a NUL, and take for good what is not.
std::string trimmed(std::string text) {
  constexpr char const* blanks = " \t\r\n";
  text.erase(text.find_last_not_of(blanks) + 1);
  return text.erase(0, std::min(text.find_first_not_of(blanks), text.size()));
}

swarm::InfoHash hash_of(std::string const& text) {
  auto hash = swarm::InfoHash::parse(text);
  if (!hash) throw Failure(Fault::bad_info_hash, "\"infoHash\" must be 40 or 64 hex digits, or 32 base32 characters.");
  return *hash;
}

Wish wish_in_json(std::string_view body) {
  auto json = json::Document::parse(body);
  Wish wish;
  // A form sends its empty fields, too.
  auto const given = [](std::optional<std::string> text) { return text && text->empty() ? std::nullopt : text; };
  // Who pastes brings blanks along.
  auto const pasted = [&](char const* field) {
    auto text = json.string(field);
    return given(text ? std::optional(trimmed(std::move(*text))) : std::nullopt);
  };
  auto const magnet = pasted("magnetUri"), hash = pasted("infoHash"), url = pasted("torrentUrl"),
             name = given(json.string("name"));
  if (magnet) {
    // Locator::parse knows paths of files too, and those of this host are none of the client's business.
    if (!starts_with_any(*magnet, {"magnet:"}))
      throw Failure(Fault::bad_input, "\"magnetUri\" must be a magnet link: magnet:?xt=urn:btih:….");
    wish.locator = swarm::Locator::parse(*magnet);
    if (hash && !wish.locator.hash.same_torrent(hash_of(*hash)))
      throw Failure(Fault::bad_input, "\"magnetUri\" and \"infoHash\" name different torrents: give one of them.");
  } else if (hash) {
    wish.locator.hash = hash_of(*hash);
  } else if (url) {
    fetch::check_url(*url);
    wish.url = *url;
  } else if (name) {
    wish.query = query_of(json, *name);
  } else {
    throw Failure(Fault::bad_request,
                  "Give one of \"magnetUri\", \"infoHash\", \"torrentUrl\" and \"name\", or send a .torrent.");
  }
  if (name && wish.locator.name.empty()) wish.locator.name = *name;
  wish.web_seeds = web_seed_urls(json);
  for (auto& tracker : announce_urls(json)) wish.locator.trackers.push_back(std::move(tracker));
  if (auto index = json.integer("fileIndex")) {
    if (*index < 0) throw Failure(Fault::bad_input, "\"fileIndex\" must be 0 or more.");
    wish.file = file_index(std::to_string(*index));
  }
  return wish;
}

std::vector<char> torrent_in_form(http::Request const& request) {
  // libsoup's parser reads on to a NUL where a part's header has no end: the copy has one behind its bytes.
  std::string const text(request.body());
  g_autoptr(GBytes) body = g_bytes_new_static(text.c_str(), text.size());
  auto form = soup_multipart_new_from_message(soup_server_message_get_request_headers(request.message()), body);
  if (!form) throw Failure(Fault::bad_request, "The multipart/form-data body can't be read: is its boundary right?");
  std::unique_ptr<SoupMultipart, void (*)(SoupMultipart*)> owner(form, soup_multipart_free);
  for (int i = 0; i < soup_multipart_get_length(form); ++i) {
    SoupMessageHeaders* headers = nullptr;
    GBytes* part = nullptr;
    g_autofree char* disposition = nullptr;
    g_autoptr(GHashTable) parameters = nullptr;
    if (!soup_multipart_get_part(form, i, &headers, &part) ||
        !soup_message_headers_get_content_disposition(headers, &disposition, &parameters) ||
        g_strcmp0(static_cast<char*>(g_hash_table_lookup(parameters, "name")), "torrent") != 0)
      continue;
    gsize size = 0;
    auto bytes = static_cast<char const*>(g_bytes_get_data(part, &size));
    return {bytes, bytes + size};
  }
  throw Failure(Fault::bad_request, "The form has no field named \"torrent\".");
}

Wish wish_in(http::Request const& request) {
  auto type = request.content_type();
  auto body = request.body();
  Wish wish;
  if (type == "application/x-bittorrent") {
    wish.metainfo.assign(body.begin(), body.end());
  } else if (type == "multipart/form-data") {
    wish.metainfo = torrent_in_form(request);
  } else if (type.empty() || type == "text/plain" || type == "application/x-www-form-urlencoded" ||
             type.find("json") != std::string::npos) {
    return wish_in_json(body);  // curl -d calls everything a form
  } else {
    throw Failure(Fault::unsupported_media_type,
                  "Send application/json, application/x-bittorrent or multipart/form-data.");
  }
  if (wish.metainfo.empty()) throw Failure(Fault::bad_input, "The .torrent is empty.");
  if (wish.metainfo.size() > swarm::max_metainfo_bytes)
    throw Failure(Fault::payload_too_large,
                  "The .torrent may have " + std::to_string(swarm::max_metainfo_bytes) + " bytes at most.");
  if (auto text = request.query("fileIndex")) wish.file = file_index(*text);
  return wish;
}

Added add(std::shared_ptr<swarm::Session> const& session, Wish wish, bool keep) {
  if (!wish.metainfo.empty()) {
    auto given = swarm::Locator::from_metainfo(std::move(wish.metainfo));
    for (auto& tracker : wish.locator.trackers) given.trackers.push_back(std::move(tracker));
    for (auto& url : wish.locator.web_seeds) given.web_seeds.push_back(std::move(url));
    wish.locator = std::move(given);
  }
  auto const known = session->find(wish.locator.hash);
  // What can't be granted changes nothing of a torrent that is here.
  if (auto const metadata = known ? known->metadata() : nullptr; metadata && wish.file)
    swarm::choose_file(metadata->layout, *wish.file);
  auto const kept = known ? known->keep() : std::nullopt;
  swarm::AddOptions options;
  if (keep) options.keep = wish.file ? swarm::FileChoice(*wish.file) : wish.locator.file;
  auto torrent = session->add(wish.locator, options);
  if (!known) g_info("Adding new torrent: %s", wish.locator.hash.key().c_str());
  if (known && keep && (wish.file || !torrent->keep())) torrent->set_keep(options.keep);
  return {torrent, kept};
}

void answer(http::Exchange& exchange, Added const& added, std::optional<int> file, bool known_now) {
  auto const& torrent = *added.torrent;
  if (known_now && file) {
    try {
      swarm::choose_file(torrent.metadata()->layout, *file);
    } catch (swarm::Error const&) {
      added.torrent->set_keep(added.kept);
      throw;
    }
  }
  bool cached = complete(torrent);
  auto message = !known_now ? "Torrent added; waiting for its metadata from the swarm"
                 : cached   ? "Torrent found in cache"
                            : "Torrent added successfully";
  auto data = identity(torrent).set("name", torrent.name()).set("cached", cached).set("files", plain_files(torrent));
  if (!known_now) data.set("status", "connecting");
  data.set("message", message);
  exchange.reply(http::Response::data(std::move(data), {}, known_now ? 200 : 202));
}

/// A file in a folder is all that such a client wants of it; whoever sends a .torrent, or names another file, wants
/// more.
bool may_be_populated(Wish const& wish) { return wish.metainfo.empty() && wish.file.value_or(0) == 0; }

Added find_or_add(App& app, Wish const& wish) {
  auto const hash = wish.locator.hash;
  if (may_be_populated(wish) && !app.session->find(hash)) {
    if (auto const standing = populated(app, hash, swarm::TheFilm{}); standing.torrent) return {standing.torrent, {}};
    if (!app.options.p2p && !app.web->give_torrents()) throw p2p_is_off(hash);
  }
  auto added = add(app.session, wish, app.options.keep);
  auto const choice = wish.file ? swarm::FileChoice(*wish.file) : swarm::FileChoice(swarm::TheFilm{});
  if (auto const standing = populated(app, added.torrent->hash(), choice); standing.torrent) {
    added.torrent->set_keep(added.kept);  // nobody has to be asked for it
    return {standing.torrent, added.kept};
  }
  // What is here is served without the swarm.
  if (!complete(*added.torrent)) added.torrent->set_paused(false);
  return added;
}

void add_wish(App& app, http::Exchange& exchange, std::shared_ptr<Wish> const& wish, std::chrono::seconds wait) {
  exchange.work([&app, wish] { return find_or_add(app, *wish); },
                [&app, &exchange, wait, wish](Added const& added) {
                  exchange.set_info_hash(added.torrent->key());
                  app.web->give_seeds(added.torrent, wish->hints);
                  if (!added.torrent->metadata()) app.web->help(added.torrent);
                  when_known(exchange, added.torrent, wait,
                             [&exchange, added, wish](bool known) { answer(exchange, added, wish->file, known); });
                });
}

/// The .torrent is somewhere else.
void fetch_wish(App& app, http::Exchange& exchange, std::shared_ptr<Wish> const& wish, std::chrono::seconds wait) {
  auto const answer = std::make_shared<fetch::Answer>();
  auto const done = exchange.wake([&app, &exchange, wish, wait, answer] {
    exchange.release();
    if (answer->error) throw fetch::Error(*answer->error);
    wish->metainfo = std::move(answer->body);
    if (wish->metainfo.empty()) throw Failure(Fault::bad_input, "The .torrent is empty.");
    add_wish(app, exchange, wish, wait);
  });
  exchange.expect_long_wait();
  exchange.hold(
      app.fetch->get(wish->url, {swarm::max_metainfo_bytes, fetch_patience}, [answer, done](fetch::Answer came) {
        *answer = std::move(came);
        done();
      }));
}

/// The best hit of its name.
void find_wish(App& app, http::Exchange& exchange, std::shared_ptr<Wish> const& wish, std::chrono::seconds wait) {
  find(app, exchange, *wish->query, [&app, &exchange, wish, wait](search::Answer const& answer) {
    auto const& name = wish->query->text;
    auto const* best = search::best_named(answer.hits, name);
    if (!best)
      throw Failure(Fault::nothing_found, answer.hits.empty() ? search::why_nothing_was_found(answer)
                                                              : "Of " + std::to_string(answer.hits.size()) +
                                                                    " torrents that were found, none has all of the "
                                                                    "words in its name: take one from GET /search.");
    g_info("Found %s for \"%s\"", best->hash.key().c_str(), name.c_str());
    wish->locator.hash = best->hash;
    wish->locator.name = best->name;
    for (auto const& tracker : best->trackers) wish->locator.trackers.push_back(tracker);
    add_wish(app, exchange, wish, wait);
  });
}

}  // namespace

void add_torrent(App& app, http::Exchange& exchange) {
  auto wait =
      std::chrono::seconds(std::min(exchange.request().number("wait").value_or(default_wait_s), longest_wait_s));
  auto const wish = std::make_shared<Wish>(wish_in(exchange.request()));
  wish->hints = std::exchange(wish->locator.web_seeds, {});
  sort_web_seeds(app, exchange, wish->web_seeds, [&app, &exchange, wish, wait](auto allowed, auto const& forbidden) {
    if (!forbidden.empty()) throw private_web_seed();
    wish->locator.web_seeds = std::move(allowed);
    if (wish->query) return find_wish(app, exchange, wish, wait);
    if (wish->url.empty()) return add_wish(app, exchange, wish, wait);
    fetch_wish(app, exchange, wish, wait);
  });
}

}  // namespace api
