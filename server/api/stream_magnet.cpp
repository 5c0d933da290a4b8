// SPDX-License-Identifier: LGPL-2.1-or-later
// GET and POST /stream/magnet: where a magnet link will play. Nothing is added yet: the first of these links does that.
#include "api/announce.hpp"
#include "api/app.hpp"
#include "api/resources.hpp"
#include "http/errors.hpp"
#include "http/exchange.hpp"
#include "lib/json/json.hpp"
#include "swarm/locator.hpp"

namespace api {
namespace {

using http::Failure;
using http::Fault;

std::string magnet_in(http::Request const& request) {
  auto magnet =
      request.method() == "POST" ? json::Document::parse(request.body()).string("magnet") : request.query("magnet");
  if (!magnet) throw Failure(Fault::bad_request, "Give the link: ?magnet=, percent-encoded, or {\"magnet\": \"…\"}.");
  if (!starts_with_any(*magnet, {"magnet:"}))
    throw Failure(Fault::bad_input, "\"magnet\" must be a magnet link: magnet:?xt=urn:btih:….");
  return *magnet;
}

}  // namespace

void stream_magnet(App& app, http::Exchange& exchange) {
  auto const magnet = magnet_in(exchange.request());
  auto const locator = swarm::Locator::parse(magnet);
  auto const key = locator.hash.key();
  auto const& token = exchange.link_token();
  auto const query = token.empty() ? "" : "?token=" + token;
  exchange.reply(
      http::Response::data(json::Object()
                               .set("infoHash", key)
                               .set("magnet", magnet)
                               .set("enhancedMagnet", enhanced_magnet(*app.session, locator))
                               .set("streamUrls", json::Object()
                                                      .set("stream", "/stream/proxy/" + key + query)
                                                      .set("info", "/stream/info/" + key + query)
                                                      .set("playlist", "/playlist/" + key + ".m3u" + query))));
}

}  // namespace api
