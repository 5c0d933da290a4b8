// SPDX-License-Identifier: LGPL-2.1-or-later
// GET /hls/:infoHash/:fileIndex/…: playlists and segments of a film.
#include "api/film.hpp"
#include "api/metrics.hpp"
#include "api/resources.hpp"
#include "api/sharing.hpp"
#include "api/tagged.hpp"
#include "hls/clients.hpp"
#include "hls/presentation.hpp"
#include "http/compressed.hpp"
#include "http/conditional.hpp"
#include "http/errors.hpp"
#include "http/range.hpp"

namespace api {
namespace {

using http::Failure;
using http::Fault;

constexpr char playlist_type[] = "application/vnd.apple.mpegurl";

Failure no_such_thing() { return {Fault::not_found, "This film has nothing of that name: begin with master.m3u8."}; }

std::string token_query(http::Exchange& exchange) {
  return exchange.link_token().empty() ? "" : "?token=" + exchange.link_token();
}

/// An address names its bytes for ever, but what is coded anew only as long as the coder is the same.
std::string etag_of(Film const& film, hls::Item const& item) {
  auto const& rendition = item.rendition;
  bool const coded = (rendition.video && rendition.video->coded) || (rendition.sound && rendition.sound->coded);
  return "\"" + film.torrent->key() + "-" + std::to_string(film.file) + "-" + hls::package_name(rendition.packaging) +
         "-" + hls::name_of(rendition) + "-" + hls::file_name(item, *film.facts) +
         (coded ? "-" + film.app.options.version : "") + "\"";
}

/// Playlists may change with the server's version and settings, and what is not verified must not be kept at all.
void reply_playlist(FilmPtr const& film, std::string text) {
  http::Response response;
  response.set("Content-Type", playlist_type);
  response.set("Cache-Control", film->verified ? "no-cache" : "no-store");
  response.body = std::move(text);
  http::compress(film->exchange.request(), response);
  if (answered_by_conditions(film->exchange, response, digest_tag(response.body))) return;
  film->exchange.reply(response);
}

/// Who shares them checks what others sent by this (RFC 9530).
void tell_digest(http::Response& response, hls::Digest const& digest) {
  response.set("Repr-Digest", "sha-256=:" + digest.sha256 + ":");
}

http::Response item_head(Film const& film, hls::Item const& item, bool verified) {
  http::Response response;
  response.set("Content-Type", hls::content_type(item, *film.facts));
  response.set("Accept-Ranges", "bytes");
  response.set("Cache-Control", !verified                        ? "no-store"
                                : film.app.options.shared_caches ? "public, max-age=31536000, immutable"
                                                                 : "private, max-age=31536000, immutable");
  return response;
}

/// Pictures and sound are shared. By what was asked for, the server knows what viewers had from each other.
void count(Film const& film, hls::Item const& item, std::size_t bytes) {
  auto const& rendition = item.rendition;
  if (item.init || rendition.key_frames || rendition.text || rendition.sidecar) return;
  auto& shared = film.app.metrics->shared;
  (film.exchange.request().head() ? shared.p2p : shared.http) += static_cast<double>(bytes);
}

/// Only its digest is asked for, and known: nothing has to be made. False: it isn't known.
bool replied_with_digest(FilmPtr const& film, hls::Item const& item) {
  if (!film->verified || !film->exchange.request().head()) return false;
  auto const digest = film->app.producer->digest(film->origin, *film->facts, item);
  if (!digest) return false;
  auto response = item_head(*film, item, true);
  tell_digest(response, *digest);
  if (!answered_by_conditions(film->exchange, response, etag_of(*film, item)))
    film->exchange.reply_head(response, static_cast<std::int64_t>(digest->size));
  count(*film, item, digest->size);
  return true;
}

/// A segment's address names its bytes for ever. What was made from bytes that are not verified is nobody's to keep.
void reply_item(FilmPtr const& film, hls::Item const& item, hls::Content content, bool verified) {
  auto& exchange = film->exchange;
  auto const& request = exchange.request();
  http::Response response = item_head(*film, item, verified);
  std::string const etag = verified ? etag_of(*film, item) : "";
  if (verified) {
    if (auto const digest = film->app.producer->digest(film->origin, *film->facts, item))
      tell_digest(response, *digest);
    if (answered_by_conditions(exchange, response, etag)) return;
  }
  auto const size = static_cast<std::int64_t>(content->size());
  count(*film, item, content->size());
  http::Selection selected;
  if (!request.head() && http::range_applies({.if_range = request.header("If-Range")}, {etag, {}}))
    selected = http::select_ranges(request.header("Range"), size);
  if (selected.kind == http::Selection::Kind::unsatisfiable)
    throw Failure(Fault::range_not_satisfiable, "The segment has " + std::to_string(size) + " bytes.")
        .with("Content-Range", http::unsatisfied_range(size));
  if (selected.kind == http::Selection::Kind::parts && selected.ranges.size() == 1) {
    auto const range = selected.ranges.front();
    response.status = 206;
    response.set("Content-Range", http::content_range(range, size));
    response.content = std::make_shared<hls::Bytes const>(content->begin() + range.begin, content->begin() + range.end);
  } else {
    response.content = std::move(content);
  }
  exchange.reply(response);
}

hls::Rendition rendition_of(http::Exchange& exchange, std::string const& name) {
  auto const rendition = hls::parse_rendition(exchange.request().parameter("package"), name);
  if (!rendition) throw no_such_thing();
  return *rendition;
}

/// Something of a rendition that the film has.
hls::Item item_of(Film const& film, hls::Rendition const& rendition, std::string const& file) {
  auto const item = hls::parse_item(rendition, file, *film.facts, film.origin.sidecars);
  if (!item) throw no_such_thing();
  if (rendition.video && rendition.video->coded && !film.app.options.transcode_video)
    throw Failure(Fault::unsupported_codec,
                  "Coding pictures anew is switched off here (HLS_TRANSCODE). It plays directly: " + direct_url(film));
  return *item;
}

void master(FilmPtr const& film, hls::Client const& client, std::optional<hls::Packaging> packaging) {
  auto const& facts = *film->facts;
  auto const choice =
      hls::choose(client, facts.timeline.container, facts.tracks, packaging, film->app.options.transcode_video);
  if (!choice.refusal.empty())
    throw Failure(Fault::unsupported_codec, choice.refusal + ". It plays directly: " + direct_url(*film));
  film->exchange.decorate("Vary", "User-Agent, Accept-Encoding");
  auto text = [facts = film->facts, choice, sidecars = film->origin.sidecars, query = token_query(film->exchange),
               direct = direct_url(*film)] {
    try {
      return hls::master_text(*facts, choice, sidecars, query);
    } catch (std::runtime_error const& e) {
      throw Failure(Fault::unsupported_codec,
                    std::string("Its pictures can't be coded anew: ") + e.what() + ". It plays directly: " + direct);
    }
  };
  bool coded = false;
  for (std::size_t i = 0; i < choice.ways.size(); ++i)
    coded |= facts.tracks[i].kind == hls::Kind::video && choice.ways[i] == hls::Way::coded;
  if (!coded) return reply_playlist(film, text());
  // A coder may have to be made first, which takes its time.
  film->exchange.work(text, [film](std::string made) { reply_playlist(film, std::move(made)); });
}

}  // namespace

void hls_master(App& app, http::Exchange& exchange) {
  auto const& client = named_client(exchange.request());
  auto const packaging = named_packaging(exchange.request());
  open_film(app, exchange, [&client, packaging](FilmPtr const& film) {
    master(film, client, packaging);
    if (!film->exchange.request().head()) film->app.cleaning->opened(*film->torrent, film->file);
  });
}

void hls_media(App& app, http::Exchange& exchange) {
  auto name = exchange.request().parameter("playlist");
  if (!name.ends_with(".m3u8")) throw no_such_thing();
  auto const rendition = rendition_of(exchange, name.substr(0, name.size() - 5));
  open_playing_film(app, exchange, [rendition](FilmPtr const& film) {
    (void)item_of(*film, rendition, "0" + std::string(hls::extension(rendition, *film->facts)));
    film->exchange.decorate("Vary", "Accept-Encoding");
    reply_playlist(film, hls::media_text(*film->facts, rendition, token_query(film->exchange)));
  });
}

void hls_item(App& app, http::Exchange& exchange) {
  auto const rendition = rendition_of(exchange, exchange.request().parameter("rendition"));
  open_playing_film(app, exchange, [rendition](FilmPtr const& film) {
    auto const item = item_of(*film, rendition, film->exchange.request().parameter("file"));
    if (replied_with_digest(film, item)) return;
    when_made(film, item, [film, item](hls::Content content, bool verified) {
      film->app.metrics->segment(std::chrono::steady_clock::now() - film->asked);
      reply_item(film, item, std::move(content), verified && film->verified);
    });
  });
}

}  // namespace api
