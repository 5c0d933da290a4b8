// SPDX-License-Identifier: LGPL-2.1-or-later
// GET /stream/proxy/:infoHash
#include "api/app.hpp"
#include "api/metadata_wait.hpp"
#include "api/metrics.hpp"
#include "api/named.hpp"
#include "api/opening.hpp"
#include "api/outside_file.hpp"
#include "api/resources.hpp"
#include "api/room.hpp"
#include "api/too_late.hpp"
#include "http/conditional.hpp"
#include "http/disposition.hpp"
#include "http/errors.hpp"
#include "http/range.hpp"
#include "swarm/catalog.hpp"
#include "swarm/error.hpp"

#include <algorithm>

namespace api {
namespace {

using http::Failure;
using http::Fault;
using Clock = std::chrono::steady_clock;
using std::chrono::duration_cast;
using std::chrono::milliseconds;

/// One stream on its way from the request to the answer. Owned by the functions that wait for its next step.
struct Start {
  App& app;
  http::Exchange& exchange;
  swarm::FileChoice choice;
  bool download;
  Clock::time_point asked = Clock::now();
  std::shared_ptr<swarm::Torrent> torrent;
  std::shared_ptr<swarm::Reader> reader;

  /// What is left of the time in which the first byte must be there.
  [[nodiscard]] milliseconds patience() const {
    auto left = app.options.first_byte_wait - duration_cast<milliseconds>(Clock::now() - asked);
    return std::max(left, milliseconds(1));
  }
};
using StartPtr = std::shared_ptr<Start>;

http::Conditions conditions_of(http::Request const& request) {
  return {request.header("If-Match"), request.header("If-None-Match"), request.header("If-Modified-Since"),
          request.header("If-Unmodified-Since"), request.header("If-Range")};
}

/// Strong, and of the same bytes for ever: those of the torrent, or a file's that may be something else.
std::string etag_of(swarm::Torrent const& torrent, int file, OutsideFile::Source const* outside) {
  auto const kind = outside && !outside->verified ? "unverified-" + outside->edition : "t";
  return "\"" + torrent.key() + "-" + std::to_string(file) + "-" + kind + "\"";
}

/// No date for bytes that may be others tomorrow, nor a maker's that is still to come (RFC 9110, 8.8.2.1).
std::optional<std::int64_t> last_modified(swarm::Metadata const& metadata, bool verified) {
  auto const made = metadata.creation_date;
  return verified && made && *made <= g_get_real_time() / G_USEC_PER_SEC ? made : std::nullopt;
}

/// The headers that 200, 206 and 304 share.
http::Response head_of(Start const& start, http::Validators const& validators, bool verified) {
  http::Response head;
  head.set("Accept-Ranges", "bytes").set("ETag", validators.etag);
  if (validators.last_modified) head.set("Last-Modified", http::http_date(*validators.last_modified));
  if (!verified) return head.set("Cache-Control", "no-cache");
  head.set("Cache-Control", start.app.options.shared_caches ? "public, max-age=3600" : "private, max-age=3600");
  return head;
}

http::Plan plan_for(http::Response& head, http::Selection const& selection, std::int64_t size, char const* type) {
  head.set("Content-Type", type);
  if (selection.kind == http::Selection::Kind::whole) return {{{"", {0, size}}}, ""};
  head.status = 206;
  if (selection.ranges.size() == 1) {
    head.set("Content-Range", http::content_range(selection.ranges.front(), size));
    return {{{"", selection.ranges.front()}}, ""};
  }
  g_autofree char* boundary = g_uuid_string_random();
  head.headers.back().second = std::string("multipart/byteranges; boundary=") + boundary;
  return http::multipart(selection.ranges, size, type, boundary);
}

/// Where the bytes of a plan are, if they are one range of the file and all of it is verified and on disk.
std::optional<http::OnDisk> on_disk(swarm::Torrent const& torrent, int file, std::int64_t size,
                                    http::Plan const& plan) {
  if (plan.parts.size() != 1) return {};
  auto range = plan.parts.front().range;
  for (auto const& held : torrent.available(file))
    if (held.begin <= range.begin && range.end <= held.end) {
      auto path = torrent.path_on_disk(file);
      if (!path.empty()) return http::OnDisk{path, held.size() == size};
    }
  return {};
}

/// What is there is served whatever becomes of the torrent, but not when it has been removed.
void check_not_removed(swarm::Torrent const& torrent) {
  try {
    torrent.check();
  } catch (swarm::Error const& error) {
    if (error.code() == swarm::Errc::removed || error.code() == swarm::Errc::stopped) throw;
  }
}

/// The metadata are known: everything about the answer but its bytes.
void answer(StartPtr const& start) {
  auto& exchange = start->exchange;
  auto& request = exchange.request();
  auto metadata = start->torrent->metadata();
  auto index = swarm::choose_file(metadata->layout, start->choice);
  auto const& file = metadata->layout.file(index);
  auto const* outside = OutsideFile::of(*start->torrent, index);
  bool const verified = !outside || outside->verified;
  http::Validators validators{etag_of(*start->torrent, index, outside), last_modified(*metadata, verified)};
  auto conditions = conditions_of(request);
  auto head = head_of(*start, validators, verified);

  auto verdict = http::evaluate(conditions, validators);
  if (verdict == http::Verdict::precondition_failed)
    throw Failure(Fault::precondition_failed, "The file is not the one that the request is about.")
        .with("ETag", validators.etag);
  if (verdict == http::Verdict::not_modified) {
    head.status = 304;
    return exchange.reply(head);
  }
  http::Selection selection;  // Range is defined for GET only (RFC 9110, 14.2)
  if (!request.head() && http::range_applies(conditions, validators))
    selection = http::select_ranges(request.header("Range"), file.size);
  if (selection.kind == http::Selection::Kind::unsatisfiable)
    throw Failure(Fault::range_not_satisfiable, "The file has " + std::to_string(file.size) + " bytes.")
        .with("Content-Range", http::unsatisfied_range(file.size))
        .with("Accept-Ranges", "bytes");

  auto plan = plan_for(head, selection, file.size, swarm::mime_type(file.path));
  head.set("Content-Disposition", http::disposition(swarm::file_name(file.path), start->download));
  if (request.head()) return exchange.reply_head(head, file.size);
  auto torrent = start->torrent;
  // Who jumps about or reads on is no new viewer.
  bool const jumped = plan.parts.front().range.begin > 0;
  if (!jumped) start->app.cleaning->opened(*torrent, index);
  auto place = on_disk(*torrent, index, file.size, plan);
  std::shared_ptr<void> watch;
  if (place) {
    watch = torrent->watch(exchange.wake([torrent] { check_not_removed(*torrent); }));
    check_not_removed(*torrent);
  }
  g_debug("Streaming %s of %s (%" G_GINT64_FORMAT " bytes%s)", file.path.c_str(), torrent->key().c_str(), plan.length(),
          place ? ", complete on disk" : "");
  exchange.stream(std::move(head),
                  {std::move(start->reader),
                   std::move(plan),
                   {start->patience(), start->app.options.read_timeout},
                   [&app = start->app, torrent] { return too_late(app, *torrent); },
                   std::move(place),
                   std::move(watch),
                   [start, jumped] { start->app.metrics->first_bytes(jumped, Clock::now() - start->asked); },
                   [&app = start->app](milliseconds time) { app.metrics->waited(time); }});
}

/// The torrent is there. The reader comes first: it brings a torrent back that had failed or gone idle. Where it will
/// read is known when the file's size is; until then it must not want the beginning.
void open(StartPtr const& start) {
  start->exchange.set_info_hash(start->torrent->key());
  start->reader = start->torrent->open(start->choice, {.verify = start->app.options.verify});
  if (!start->exchange.request().header("Range").empty()) start->reader->set_end(0);
  auto patience = std::min(start->patience(), start->app.options.torrent_timeout);
  when_known(start->exchange, start->torrent, patience, [start](bool known) {
    if (!known) throw too_late(start->app, *start->torrent);
    auto const& layout = start->torrent->metadata()->layout;
    auto const file = swarm::choose_file(layout, start->choice);
    if (start->torrent->downloaded(file) == layout.file(file).size) return answer(start);
    start->exchange.work(
        [start, file] {
          check_room(start->app, *start->torrent, file);
          return true;
        },
        [start](bool) { answer(start); });
  });
}

}  // namespace

void stream(App& app, http::Exchange& exchange) {
  auto hash = named_hash(exchange);
  auto start = std::make_shared<Start>(
      Start{app, exchange, named_file(exchange.request()), exchange.request().flag("download")});
  open_torrent(app, exchange, hash, start->choice, [start](std::shared_ptr<swarm::Torrent> const& torrent) {
    start->torrent = torrent;
    open(start);
  });
}

}  // namespace api
