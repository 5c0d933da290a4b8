// SPDX-License-Identifier: LGPL-2.1-or-later
// GET /api/torrents/:infoHash/pictures/:fileIndex: a picture of a film, for posters and previews.
#include "hls/pictures.hpp"

#include "api/film.hpp"
#include "api/metadata_wait.hpp"
#include "api/named.hpp"
#include "api/opening.hpp"
#include "api/outside_file.hpp"
#include "api/resources.hpp"
#include "api/tagged.hpp"
#include "http/errors.hpp"

#include <glib.h>

#include <cmath>

namespace api {
namespace {

using http::Failure;
using http::Fault;
using std::chrono::milliseconds;

constexpr int least_width = 160, most_width = 1280, usual_width = 320;
/// No film is longer.
constexpr double most_seconds = 1e6;

struct Asked {
  App& app;
  http::Exchange& exchange;
  int file = 0;
  hls::Pictures::Wanted wanted;
  milliseconds patience{};  ///< 0: what is here, or nothing
  std::shared_ptr<swarm::Torrent> torrent;
};
using AskedPtr = std::shared_ptr<Asked>;

std::optional<hls::Time> time_of(http::Request const& request) {
  auto const text = request.query("at");
  if (!text) return std::nullopt;
  char* end = nullptr;
  double const seconds = g_ascii_strtod(text->c_str(), &end);
  if (text->empty() || *end || !std::isfinite(seconds) || seconds < 0 || seconds > most_seconds)
    throw Failure(Fault::bad_request, "\"at\" is a number of seconds.");
  return std::chrono::duration_cast<hls::Time>(std::chrono::duration<double>(seconds));
}

int width_of(http::Request const& request) {
  auto const width = request.number("width").value_or(usual_width);
  if (width < least_width || width > most_width)
    throw Failure(Fault::bad_request, "\"width\" is a number of pixels, 160 to 1280.");
  return static_cast<int>(width);
}

Failure not_here() {
  return {Fault::not_here, "This part of the film is not here yet; it is not fetched for a picture."};
}

std::exception_ptr told(std::exception_ptr const& error, bool waited) {
  try {
    std::rethrow_exception(error);
  } catch (swarm::Error const& e) {
    return e.code() == swarm::Errc::read_timeout && !waited ? std::make_exception_ptr(not_here()) : error;
  } catch (hls::Cancelled const&) {
    return std::make_exception_ptr(Failure(Fault::unavailable, "The server is busy; try again in a moment."));
  } catch (std::runtime_error const& e) {  // NoPicture, NotIndexed, DemuxFailed, no decoder
    return std::make_exception_ptr(Failure(Fault::no_picture, std::string("There is no picture: ") + e.what()));
  }
}

void reply(Asked const& asked, hls::Picture const& picture) {
  http::Response response;
  response.set("Content-Type", "image/jpeg");
  auto const* outside = OutsideFile::of(*asked.torrent, asked.file);
  bool const for_ever = picture.settled && (!outside || outside->verified);
  response.set("Cache-Control", !for_ever                         ? "no-cache"
                                : asked.app.options.shared_caches ? "public, max-age=31536000, immutable"
                                                                  : "private, max-age=31536000, immutable");
  auto const& bytes = *picture.jpeg;
  if (answered_by_conditions(asked.exchange, response,
                             digest_tag({reinterpret_cast<char const*>(bytes.data()), bytes.size()})))
    return;
  response.content = picture.jpeg;
  asked.exchange.reply(response);
}

void ask(AskedPtr const& asked) {
  auto const metadata = asked->torrent->metadata();
  if (!metadata) throw not_here();
  if (asked->file >= metadata->layout.file_count() || metadata->layout.file(asked->file).padding)
    throw Failure(Fault::unknown_file, "The torrent has no file " + std::to_string(asked->file) + ".");
  bool const waits = asked->patience.count() > 0;
  // What others want comes first, and what is not verified is shown to nobody.
  swarm::ReaderOptions options;
  options.fetch = waits ? swarm::Fetch::last : swarm::Fetch::nothing;
  options.read_ahead = 64 * 1024;
  options.piece_timeout = asked->patience;
  auto const outcome = std::make_shared<hls::Outcome<hls::Picture>>();
  auto const done = asked->exchange.wake([asked, outcome, waits] {
    asked->exchange.release();
    if (outcome->error) std::rethrow_exception(told(outcome->error, waits));
    reply(*asked, outcome->value);
  });
  asked->exchange.expect_long_wait();
  asked->wanted.waits = waits;
  asked->exchange.hold(asked->app.pictures->make(origin_of(asked->torrent, asked->file, options), asked->wanted,
                                                 [outcome, done](hls::Outcome<hls::Picture> made) {
                                                   *outcome = std::move(made);
                                                   done();
                                                 }));
}

}  // namespace

void picture(App& app, http::Exchange& exchange) {
  auto const& request = exchange.request();
  auto const asked = std::make_shared<Asked>(Asked{app, exchange});
  asked->file = file_index(request.parameter("fileIndex"));
  asked->wanted.at = time_of(request);
  asked->wanted.width = width_of(request);
  asked->patience = std::min(milliseconds(1000 * std::min<std::int64_t>(request.number("wait").value_or(0), 3600)),
                             app.options.first_byte_wait);
  exchange.work([&app, hash = named_hash(exchange), file = asked->file] { return existing_torrent(app, hash, file); },
                [asked](std::shared_ptr<swarm::Torrent> torrent) {
                  asked->torrent = std::move(torrent);
                  if (asked->patience.count() == 0) return ask(asked);
                  when_known(asked->exchange, asked->torrent, asked->patience, [asked](bool) { ask(asked); });
                });
}

}  // namespace api
