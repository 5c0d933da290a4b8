// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/errors.hpp"

#include "lib/fetch/error.hpp"
#include "lib/json/json.hpp"

#include <glib.h>

#include <algorithm>
#include <iterator>

namespace http {
namespace {

constexpr Problem problems[] = {
    {Fault::bad_request, 400, "bad_request", "Bad request", 0},
    {Fault::bad_json, 400, "bad_json", "Bad JSON", 0},
    {Fault::bad_info_hash, 400, "bad_info_hash", "Not an info hash", 0},
    {Fault::bad_input, 400, "bad_input", "Bad input", 0},
    {Fault::unauthorized, 401, "unauthorized", "Unauthorized", 0},
    {Fault::forbidden, 403, "forbidden", "Forbidden", 0},
    {Fault::forbidden_address, 403, "forbidden_address", "Forbidden address", 0},
    {Fault::not_found, 404, "not_found", "Not found", 0},
    {Fault::no_picture, 404, "no_picture", "No picture", 0},
    {Fault::unknown_torrent, 404, "unknown_torrent", "Torrent not found", 0},
    {Fault::unknown_file, 404, "unknown_file", "File not found", 0},
    {Fault::unknown_job, 404, "unknown_job", "Job not found", 0},
    {Fault::nothing_found, 404, "nothing_found", "Nothing found", 0},
    {Fault::method_not_allowed, 405, "method_not_allowed", "Method not allowed", 0},
    {Fault::in_use, 409, "in_use", "In use", 0},
    {Fault::removed, 410, "removed", "Torrent removed", 0},
    {Fault::precondition_failed, 412, "precondition_failed", "Precondition failed", 0},
    {Fault::payload_too_large, 413, "payload_too_large", "Body too large", 0},
    {Fault::uri_too_long, 414, "uri_too_long", "Address too long", 0},
    {Fault::unsupported_media_type, 415, "unsupported_media_type", "Unsupported media type", 0},
    {Fault::unsupported_codec, 415, "unsupported_codec", "Not playable as HLS", 0},
    {Fault::not_indexed, 415, "not_indexed", "No index", 0},
    {Fault::damaged, 422, "damaged", "Damaged media", 0},
    {Fault::range_not_satisfiable, 416, "range_not_satisfiable", "Range not satisfiable", 0},
    {Fault::misdirected, 421, "misdirected", "Wrong host name", 0},
    {Fault::headers_too_large, 431, "headers_too_large", "Request headers too large", 0},
    {Fault::too_many_requests, 429, "too_many_requests", "Too many requests", 0},
    {Fault::internal, 500, "internal", "Internal error", 0},
    {Fault::disk_error, 500, "disk_error", "Disk error", 0},
    {Fault::bad_metadata, 502, "bad_metadata", "Unusable torrent", 0},
    {Fault::source_failed, 502, "source_failed", "The other server failed", 0},
    {Fault::source_too_large, 502, "source_too_large", "Too large", 0},
    {Fault::unavailable, 503, "unavailable", "Unavailable", 5},
    {Fault::not_here, 503, "not_here", "Not here yet", 5},
    {Fault::p2p_off, 503, "p2p_off", "Peer-to-peer is off", 0},
    {Fault::metadata_timeout, 504, "metadata_timeout", "No metadata in time", 10},
    {Fault::no_peers, 504, "no_peers", "No peers found", 10},
    {Fault::no_tracker, 504, "no_tracker", "No tracker answers", 10},
    {Fault::no_source, 504, "no_source", "Nobody has this part", 60},
    {Fault::read_timeout, 504, "read_timeout", "No data in time", 10},
    {Fault::source_timeout, 504, "source_timeout", "The other server is late", 10},
    {Fault::no_space, 507, "no_space", "Disk full", 0},
    {Fault::disk_too_small, 507, "disk_too_small", "Disk too small", 0},
};

/// A failure of the swarm; a null sentence means its own may be told (it names nothing of the host).
struct Row {
  swarm::Errc code;
  Fault fault;
  char const* sentence;
};

constexpr Row swarm_errors[] = {
    {swarm::Errc::bad_input, Fault::bad_input, nullptr},
    {swarm::Errc::not_found, Fault::unknown_file, nullptr},
    {swarm::Errc::metadata_timeout, Fault::metadata_timeout, nullptr},
    {swarm::Errc::read_timeout, Fault::read_timeout, nullptr},
    {swarm::Errc::no_space, Fault::no_space,
     "The server's disk is full: remove torrents with their files, or free space."},
    {swarm::Errc::permission, Fault::disk_error,
     "The server may not use its download folder: its owner or rights must be changed (the log says more)."},
    {swarm::Errc::in_use, Fault::unavailable, "Another process uses the download folder (the log says more)."},
    {swarm::Errc::disk, Fault::disk_error, "The server's disk failed (the log says more)."},
    {swarm::Errc::damaged, Fault::disk_error,
     "Somebody changed the downloaded file: remove the torrent and add it again."},
    {swarm::Errc::bad_metadata, Fault::bad_metadata, nullptr},
    {swarm::Errc::wrong_bytes, Fault::unavailable, nullptr},
    {swarm::Errc::removed, Fault::removed, "The torrent was removed while it was in use."},
    {swarm::Errc::stopped, Fault::unavailable, "The server is stopping; try again in a moment."},
};

Fault of_fetch(fetch::Error::Kind kind) {
  using Kind = fetch::Error::Kind;
  switch (kind) {
    case Kind::bad_url:
      return Fault::bad_input;
    case Kind::forbidden:
      return Fault::forbidden_address;
    case Kind::too_large:
      return Fault::source_too_large;
    case Kind::too_late:
      return Fault::source_timeout;
    case Kind::unreachable:
    case Kind::status:
      break;
  }
  return Fault::source_failed;
}

std::string sentences(swarm::Error const& error) {
  return error.advice().empty() ? error.what() : std::string(error.what()) + " " + error.advice();
}

Failure of_swarm(swarm::Error const& error) {
  auto row = std::find_if(std::begin(swarm_errors), std::end(swarm_errors),
                          [&](Row const& r) { return r.code == error.code(); });
  if (row == std::end(swarm_errors)) return {Fault::internal, "Something unforeseen went wrong; the log says more."};
  if (row->sentence) g_warning("%s", sentences(error).c_str());
  return {row->fault, row->sentence ? row->sentence : sentences(error)};
}

}  // namespace

Problem const& problem(Fault fault) {
  return *std::find_if(std::begin(problems), std::end(problems), [&](Problem const& p) { return p.fault == fault; });
}

Failure translate(std::exception_ptr const& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (Failure const& failure) {
    return failure;
  } catch (swarm::Error const& error) {
    return of_swarm(error);
  } catch (fetch::Error const& error) {
    return {of_fetch(error.kind()), error.what()};
  } catch (json::Error const& error) {
    return {Fault::bad_json, error.what()};
  } catch (std::exception const& error) {
    g_critical("Unforeseen: %s", error.what());
    return {Fault::internal, "Something unforeseen went wrong; the log says more."};
  } catch (...) {
    g_critical("Unforeseen: something that is no std::exception");
    return {Fault::internal, "Something unforeseen went wrong; the log says more."};
  }
}

std::string error_json(Fault fault, std::string_view message, std::string_view info_hash) {
  auto const& row = problem(fault);
  auto object =
      json::Object().set("success", false).set("error", row.title).set("message", message).set("code", row.code);
  if (!info_hash.empty()) object.set("infoHash", info_hash);
  return object.text();
}

}  // namespace http
