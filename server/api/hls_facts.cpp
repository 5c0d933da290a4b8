// SPDX-License-Identifier: LGPL-2.1-or-later
// GET /api/torrents/:infoHash/hls/:fileIndex: what is known of a film, and which of its segments can be made at once.
#include "api/film.hpp"
#include "api/resources.hpp"
#include "api/shapes.hpp"
#include "api/sharing.hpp"
#include "hls/codec_strings.hpp"

#include <algorithm>

namespace api {
namespace {

constexpr char const* kinds[] = {"video", "audio", "subtitles"};

double seconds(hls::Time time) { return std::chrono::duration<double>(time).count(); }

json::Object shape(hls::Track const& track) {
  auto object = json::Object()
                    .set("id", track.id)
                    .set("kind", kinds[static_cast<int>(track.kind)])
                    .set("codec", hls::name_of(track.codec));
  if (auto const name = hls::codec_string(track); !name.empty()) object.set("codecs", name);
  if (track.kind == hls::Kind::video) {
    object.set("width", track.width).set("height", track.height).set("videoRange", hls::video_range(track));
    if (track.frame_rate.frames > 0)
      object.set("frameRate", static_cast<double>(track.frame_rate.frames) / track.frame_rate.seconds);
  }
  if (track.kind == hls::Kind::audio) object.set("channels", track.channels).set("sampleRate", track.sample_rate);
  if (!track.language.empty()) object.set("language", track.language);
  if (!track.title.empty()) object.set("title", track.title);
  object.set("default", track.is_default).set("forced", track.forced);
  return object;
}

/// [[first, last], …] of the segments all of whose bytes are here.
json::Array here(hls::Facts const& facts, std::vector<swarm::ByteRange> const& available) {
  json::Array runs;
  std::optional<std::int64_t> first;
  auto const count = facts.segments.size();
  for (std::size_t i = 0; i <= count; ++i) {
    auto const place = i < count ? facts.place(i) : std::nullopt;
    bool const is_here = place && std::any_of(available.begin(), available.end(), [&](swarm::ByteRange r) {
                           return r.begin <= place->begin && place->end <= r.end;
                         });
    if (is_here && !first) first = static_cast<std::int64_t>(i);
    if (!is_here && first)
      runs.add(json::Array::of<std::int64_t>({*std::exchange(first, std::nullopt), static_cast<std::int64_t>(i) - 1}));
  }
  return runs;
}

/// As whom it is asked for, while viewers share.
struct Viewer {
  hls::Client const* client = nullptr;
  std::optional<hls::Packaging> packaging;
  std::string server;
};

/// On the pool: nothing of the exchange.
http::Response told(Film const& film, std::string const& token, std::optional<Viewer> const& viewer) {
  auto const& facts = *film.facts;
  json::Array tracks, sidecars;
  for (auto const& track : facts.tracks) tracks.add(shape(track));
  for (auto const& sidecar : film.origin.sidecars)
    sidecars.add(json::Object()
                     .set("fileIndex", sidecar.file)
                     .set("path", sidecar.path)
                     .set("language", sidecar.language)
                     .set("title", sidecar.title)
                     .set("forced", sidecar.forced));
  auto sharing = viewer ? sharing_of(film, *viewer->client, viewer->packaging, viewer->server) : json::node(nullptr);
  return http::Response::data(identity(*film.torrent)
                                  .set("fileIndex", film.file)
                                  .set("hlsUrl", hls_url(*film.torrent, film.file, token))
                                  .set("container", hls::name_of(facts.timeline.container))
                                  .set("start", seconds(facts.timeline.start))
                                  .set("duration", seconds(facts.timeline.end - facts.timeline.start))
                                  .set("exact", facts.timeline.precision == hls::Timeline::Precision::exact)
                                  .set("verified", film.verified)
                                  .set("tracks", std::move(tracks))
                                  .set("subtitleFiles", std::move(sidecars))
                                  .set("segments", static_cast<std::int64_t>(facts.segments.size()))
                                  .set("segmentsHere", here(facts, film.torrent->available(film.file)))
                                  .set("sharing", std::move(sharing)));
}

}  // namespace

void hls_facts(App& app, http::Exchange& exchange) {
  open_playing_film(app, exchange, [](FilmPtr const& film) {
    auto const& request = film->exchange.request();
    std::optional<Viewer> viewer;
    if (film->app.options.share && film->verified)
      viewer = Viewer{&named_client(request), named_packaging(request), request.origin()};
    film->exchange.work([film, token = film->exchange.link_token(), viewer] { return told(*film, token, viewer); },
                        [film](http::Response const& response) { film->exchange.reply(response); });
  });
}

}  // namespace api
