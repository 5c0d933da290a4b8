// SPDX-License-Identifier: LGPL-2.1-or-later
#include "api/film.hpp"

#include "api/metadata_wait.hpp"
#include "api/named.hpp"
#include "api/opening.hpp"
#include "api/outside_file.hpp"
#include "api/room.hpp"
#include "api/shapes.hpp"
#include "api/too_late.hpp"
#include "hls/sidecar.hpp"
#include "http/errors.hpp"
#include "swarm/catalog.hpp"

#include <algorithm>

namespace api {
namespace {

using http::Failure;
using http::Fault;
using std::chrono::duration_cast;
using std::chrono::milliseconds;

milliseconds patience(Film const& film) {
  auto const spent = duration_cast<milliseconds>(std::chrono::steady_clock::now() - film.asked);
  return std::max(film.app.options.first_byte_wait - spent, milliseconds(1));
}

/// What the packager throws, in the terms of HTTP.
std::exception_ptr told(std::exception_ptr const& error, Film const& film) {
  auto const directly = " It plays directly: " + direct_url(film);
  try {
    std::rethrow_exception(error);
  } catch (hls::NotIndexed const& e) {
    auto const fault = e.why == hls::NotIndexed::Why::no_index      ? Fault::not_indexed
                       : e.why == hls::NotIndexed::Why::unsupported ? Fault::unsupported_codec
                                                                    : Fault::damaged;
    return std::make_exception_ptr(Failure(fault, e.what() + (" " + e.advice) + directly));
  } catch (hls::DemuxFailed const& e) {
    return std::make_exception_ptr(Failure(Fault::damaged, e.what() + directly));
  } catch (hls::Cancelled const&) {
    return std::make_exception_ptr(Failure(Fault::unavailable, "The server is busy; try again in a moment."));
  } catch (...) {
    return error;
  }
}

/// Asks the producer, and calls `then` on the loop with what it found; the failure, or being too late, is the answer.
template <class T, class Ask>
void wait(FilmPtr const& film, Ask ask, std::function<void(T, bool)> then) {
  auto outcome = std::make_shared<hls::Outcome<T>>();
  auto over = std::make_shared<bool>(false);
  auto const done = film->exchange.wake([film, outcome, over, then = std::move(then)] {
    if (std::exchange(*over, true)) return;
    film->exchange.release();
    if (outcome->error) std::rethrow_exception(told(outcome->error, *film));
    then(std::move(outcome->value), outcome->verified);
  });
  film->exchange.expect_long_wait();
  film->exchange.after(patience(*film), [film, over] {
    if (!std::exchange(*over, true)) throw too_late(film->app, *film->torrent);
  });
  film->exchange.hold(ask([outcome, done](hls::Outcome<T> made) {
    *outcome = std::move(made);
    done();
  }));
}

/// Subtitle files beside the film.
std::vector<hls::Sidecar> sidecars(swarm::Layout const& layout, int film) {
  std::vector<std::string> paths;
  for (auto const& file : layout.files()) paths.push_back(file.padding || file.size == 0 ? std::string() : file.path);
  std::vector<hls::Sidecar> found;
  for (auto const index : hls::subtitles_of(paths, static_cast<std::size_t>(film))) {
    auto const name = hls::sidecar_name(paths[index], paths[static_cast<std::size_t>(film)]);
    found.push_back(
        {static_cast<int>(index), paths[index], name.language, name.title, name.forced, name.hearing_impaired});
  }
  return found;
}

}  // namespace

hls::Origin origin_of(std::shared_ptr<swarm::Torrent> const& torrent, int file, swarm::ReaderOptions const& options) {
  auto const metadata = torrent->metadata();
  hls::Origin origin;
  origin.key = torrent->key() + "/" + std::to_string(file);
  if (auto const* outside = OutsideFile::of(*torrent, file); outside && !outside->verified)
    origin.key += "-" + outside->edition;  // what is learnt of it holds as long as it is the same
  origin.name = metadata->layout.file(file).path;
  origin.sidecars = sidecars(metadata->layout, file);
  origin.open = [torrent, file, options](std::optional<int> sidecar) {
    return torrent->open(sidecar.value_or(file), options);
  };
  origin.complete = [torrent, file, size = metadata->layout.file(file).size] {
    return torrent->downloaded(file) == size;
  };
  return origin;
}

namespace {

void learn(FilmPtr const& film, std::function<void(FilmPtr const&)> then) {
  swarm::ReaderOptions options;
  options.verify = film->app.options.verify;
  options.piece_timeout = film->app.options.read_timeout;
  film->origin = origin_of(film->torrent, film->file, options);
  wait<std::shared_ptr<hls::Facts const>>(
      film, [film](auto answer) { return film->app.producer->learn(film->origin, std::move(answer)); },
      [film, then = std::move(then)](std::shared_ptr<hls::Facts const> facts, bool verified) {
        film->facts = std::move(facts);
        auto const* outside = OutsideFile::of(*film->torrent, film->file);
        film->verified = verified && (!outside || outside->verified);
        then(film);
      });
}

}  // namespace

void open_film(App& app, http::Exchange& exchange, std::function<void(FilmPtr const&)> then) {
  auto const hash = named_hash(exchange);
  auto const film = std::make_shared<Film>(Film{app, exchange});
  // "film": the links of a search, which knows nothing of files yet.
  auto const named = exchange.request().parameter("fileIndex");
  auto const choice = named == "film" ? swarm::FileChoice(swarm::TheFilm{}) : file_index(named);
  auto const opened = [film, choice, then = std::move(then)](std::shared_ptr<swarm::Torrent> const& torrent) {
    film->torrent = torrent;
    film->exchange.set_info_hash(torrent->key());
    when_known(film->exchange, torrent, std::min(patience(*film), film->app.options.torrent_timeout),
               [film, choice, then](bool known) {
                 if (!known) throw too_late(film->app, *film->torrent);
                 film->file = swarm::choose_file(film->torrent->metadata()->layout, choice);
                 film->exchange.work(
                     [film] {
                       check_room(film->app, *film->torrent, film->file);
                       return true;
                     },
                     [film, then](bool) { learn(film, then); });
               });
  };
  open_torrent(app, exchange, hash, choice, opened);
}

void open_playing_film(App& app, http::Exchange& exchange, std::function<void(FilmPtr const&)> then) {
  auto const hash = named_hash(exchange);
  if (app.removed.lately(hash) && !app.session->find(hash))
    throw Failure(Fault::removed, "The torrent was removed while it was in use.");
  open_film(app, exchange, std::move(then));
}

void when_made(FilmPtr const& film, hls::Item const& item, std::function<void(hls::Content, bool)> then) {
  wait<hls::Content>(
      film,
      [film, item](auto answer) {
        return film->app.producer->make(film->origin, film->facts, item, std::move(answer));
      },
      std::move(then));
}

std::string direct_url(Film const& film) { return stream_url(*film.torrent, film.file, film.exchange.link_token()); }

}  // namespace api
