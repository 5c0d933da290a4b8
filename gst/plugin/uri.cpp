// SPDX-License-Identifier: LGPL-2.1-or-later
#include "plugin/uri.hpp"

#include "swarm/error.hpp"

#include <algorithm>
#include <exception>
#include <string_view>

namespace plugin {

using swarm::Errc;
using swarm::Error;

gchar const* const uri_protocols[] = {"magnet", "torrent", "btih", nullptr};

static std::string scheme_of(std::string const& uri) {
  auto scheme = uri.substr(0, uri.find(':'));
  std::transform(scheme.begin(), scheme.end(), scheme.begin(), [](char c) { return g_ascii_tolower(c); });
  return scheme;
}

swarm::Locator parse_uri(std::string const& uri) {
  if (uri.find(':') == std::string::npos)
    throw Error(Errc::bad_input, "\"" + uri.substr(0, 80) + "\" is not a URI: it has no scheme.",
                "Write magnet:?…, torrent:<info hash> or torrent:///path/of/a.torrent.");
  auto const scheme = scheme_of(uri);
  auto const rest = uri.substr(scheme.size());
  if (scheme == "btih") return swarm::Locator::parse("torrent" + rest);
  if (scheme == "magnet" || scheme == "torrent") return swarm::Locator::parse(scheme + rest);
  throw Error(Errc::bad_input, "torrentsrc does not know URIs that start with \"" + scheme.substr(0, 40) + ":\".",
              "Write magnet:?…, torrent:<info hash> or torrent:///path/of/a.torrent.");
}

static GstURIError uri_error(Errc code) {
  return code == Errc::bad_input ? GST_URI_ERROR_BAD_URI : GST_URI_ERROR_BAD_REFERENCE;
}

void set_uri_error(GError** error) noexcept {
  try {
    throw;
  } catch (Error const& e) {
    g_set_error(error, GST_URI_ERROR, uri_error(e.code()), "%s%s%s", e.what(), e.advice().empty() ? "" : " ",
                e.advice().c_str());
  } catch (std::exception const& e) {
    g_set_error(error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI, "The URI could not be read: %s", e.what());
  } catch (...) {
    g_set_error_literal(error, GST_URI_ERROR, GST_URI_ERROR_BAD_URI, "The URI could not be read.");
  }
}

}  // namespace plugin
