// SPDX-License-Identifier: LGPL-2.1-or-later
// GET /hls/:infoHash/:fileIndex/…: playlists and segments of a film.
#include "api/film.hpp"
#include "api/metrics.hpp"
#include "api/resources.hpp"
#include "hls/clients.hpp"
#include "hls/presentation.hpp"
#include "http/compressed.hpp"
#include "http/conditional.hpp"
#include "http/errors.hpp"
#include "http/range.hpp"

#include <glib.h>

namespace api {
namespace {

using http::Failure;
using http::Fault;

constexpr char playlist_type[] = "application/vnd.apple.mpegurl";

Failure no_such_thing() { return {Fault::not_found, "This film has nothing of that name: begin with master.m3u8."}; }

std::string token_query(http::Exchange& exchange) {
  return exchange.link_token().empty() ? "" : "?token=" + exchange.link_token();
}

std::string digest(std::string_view bytes) {
  g_autofree char* text =
      g_compute_checksum_for_data(G_CHECKSUM_SHA256, reinterpret_cast<guchar const*>(bytes.data()), bytes.size());
  return std::string("\"") + std::string(text, 32) + "\"";
}

/// 304 or 412, if the client's conditions say so. Sets the ETag in any case.
bool answered_by_conditions(http::Exchange& exchange, http::Response& head, std::string const& etag) {
  auto const& request = exchange.request();
  head.set("ETag", etag);
  switch (http::evaluate({request.header("If-Match"), request.header("If-None-Match"), "", "", ""}, {etag, {}})) {
    case http::Verdict::precondition_failed:
      throw Failure(Fault::precondition_failed, "It is not the one that the request is about.").with("ETag", etag);
    case http::Verdict::not_modified:
      head.status = 304;
      exchange.reply(head);
      return true;
    case http::Verdict::proceed:
      return false;
  }
  return false;
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
  if (answered_by_conditions(film->exchange, response, digest(response.body))) return;
  film->exchange.reply(response);
}

/// A segment's address names its bytes for ever. What was made from bytes that are not verified is nobody's to keep.
void reply_item(FilmPtr const& film, hls::Item const& item, hls::Content content, bool verified) {
  auto& exchange = film->exchange;
  auto const& request = exchange.request();
  http::Response response;
  response.set("Content-Type", hls::content_type(item, *film->facts));
  response.set("Accept-Ranges", "bytes");
  std::string const etag = verified ? etag_of(*film, item) : "";
  if (verified) {
    response.set("Cache-Control", film->app.options.shared_caches ? "public, max-age=31536000, immutable"
                                                                  : "private, max-age=31536000, immutable");
    if (answered_by_conditions(exchange, response, etag)) return;
  } else {
    response.set("Cache-Control", "no-store");
  }
  auto const size = static_cast<std::int64_t>(content->size());
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

hls::Client const& client_of(http::Request const& request) {
  auto const name = request.query("client").value_or("");
  if (auto const* client = hls::client_of(name, request.header("User-Agent"))) return *client;
  std::string names;
  for (auto const& known : hls::client_names()) names += (names.empty() ? "" : ", ") + known;
  throw Failure(Fault::bad_request, "There is no client \"" + name + "\". There are: " + names + ".");
}

std::optional<hls::Packaging> packaging_of(http::Request const& request) {
  auto const name = request.query("container");
  if (!name || name->empty()) return std::nullopt;
  if (*name == "ts") return hls::Packaging::ts;
  if (*name == "fmp4") return hls::Packaging::fmp4;
  throw Failure(Fault::bad_request, "container= is \"ts\" or \"fmp4\".");
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
  auto const& client = client_of(exchange.request());
  auto const packaging = packaging_of(exchange.request());
  open_film(app, exchange, [&client, packaging](FilmPtr const& film) {
    master(film, client, packaging);
    if (!film->exchange.request().head()) film->app.cleaning->opened(*film->torrent, film->file);
  });
}

void hls_media(App& app, http::Exchange& exchange) {
  auto name = exchange.request().parameter("playlist");
  if (!name.ends_with(".m3u8")) throw no_such_thing();
  auto const rendition = rendition_of(exchange, name.substr(0, name.size() - 5));
  open_film(app, exchange, [rendition](FilmPtr const& film) {
    (void)item_of(*film, rendition, "0" + std::string(hls::extension(rendition, *film->facts)));
    film->exchange.decorate("Vary", "Accept-Encoding");
    reply_playlist(film, hls::media_text(*film->facts, rendition, token_query(film->exchange)));
  });
}

void hls_item(App& app, http::Exchange& exchange) {
  auto const rendition = rendition_of(exchange, exchange.request().parameter("rendition"));
  open_film(app, exchange, [rendition](FilmPtr const& film) {
    auto const item = item_of(*film, rendition, film->exchange.request().parameter("file"));
    when_made(film, item, [film, item](hls::Content content, bool verified) {
      film->app.metrics->segment(std::chrono::steady_clock::now() - film->asked);
      reply_item(film, item, std::move(content), verified && film->verified);
    });
  });
}

}  // namespace api
