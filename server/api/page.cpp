// SPDX-License-Identifier: LGPL-2.1-or-later
// GET / and /web/…: the page. Its files are in the binary, gzipped (server/web).
#include "api/app.hpp"
#include "api/resources.hpp"
#include "http/compressed.hpp"
#include "http/conditional.hpp"
#include "http/exchange.hpp"

#include <gio/gio.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace api {
namespace {

using Bytes = std::vector<std::uint8_t>;

struct File {
  std::shared_ptr<Bytes const> plain, gzipped;
  std::string etag;  ///< without its last quote
};

std::shared_ptr<Bytes const> unzipped(Bytes const& gzipped) {
  g_autoptr(GZlibDecompressor) gzip = g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP);
  g_autoptr(GOutputStream) memory = g_memory_output_stream_new_resizable();
  g_autoptr(GOutputStream) stream = g_converter_output_stream_new(memory, G_CONVERTER(gzip));
  g_output_stream_write_all(stream, gzipped.data(), gzipped.size(), nullptr, nullptr, nullptr);
  g_output_stream_close(stream, nullptr, nullptr);
  auto* made = G_MEMORY_OUTPUT_STREAM(memory);
  auto const* data = static_cast<std::uint8_t const*>(g_memory_output_stream_get_data(made));
  return std::make_shared<Bytes const>(data, data + g_memory_output_stream_get_data_size(made));
}

/// Kept once it was asked for; null if there is none of that name. On the loop's thread.
File const* find(std::string const& name) {
  static std::map<std::string, File> known;
  if (auto const found = known.find(name); found != known.end()) return &found->second;
  if (name.find('/') != std::string::npos) return nullptr;
  g_autoptr(GBytes) bytes = g_resources_lookup_data(("/page/" + name).c_str(), G_RESOURCE_LOOKUP_FLAGS_NONE, nullptr);
  if (!bytes) return nullptr;
  gsize size = 0;
  auto const* data = static_cast<std::uint8_t const*>(g_bytes_get_data(bytes, &size));
  File file;
  file.gzipped = std::make_shared<Bytes const>(data, data + size);
  file.plain = unzipped(*file.gzipped);
  g_autofree char* sum = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);
  file.etag = "\"" + std::string(sum, 32);
  return &known.emplace(name, std::move(file)).first->second;
}

char const* type_of(std::string_view name) {
  static constexpr std::pair<std::string_view, char const*> types[] = {
      {".html", "text/html; charset=utf-8"}, {".js", "text/javascript; charset=utf-8"},
      {".css", "text/css; charset=utf-8"},   {".svg", "image/svg+xml"},
      {".txt", "text/plain; charset=utf-8"},
  };
  for (auto const& [end, type] : types)
    if (name.size() > end.size() && name.substr(name.size() - end.size()) == end) return type;
  return "application/octet-stream";
}

/// An import map can't be a file of its own: its hash lets it be in the page.
std::string import_map_source(File const& file) {
  static constexpr std::string_view begin = "<script type=\"importmap\">", end = "</script>";
  std::string_view const html(reinterpret_cast<char const*>(file.plain->data()), file.plain->size());
  auto const at = html.find(begin);
  if (at == std::string_view::npos) return {};
  auto const map = html.substr(at + begin.size(), html.find(end, at) - at - begin.size());
  g_autoptr(GChecksum) sum = g_checksum_new(G_CHECKSUM_SHA256);
  g_checksum_update(sum, reinterpret_cast<guchar const*>(map.data()), static_cast<gssize>(map.size()));
  guint8 digest[32];
  gsize size = sizeof digest;
  g_checksum_get_digest(sum, digest, &size);
  g_autofree char* hash = g_base64_encode(digest, size);
  return std::string(" 'sha256-") + hash + "'";
}

/// hls.js plays from blob: addresses, and its empty <track> is of a data: one.
std::string policy(File const& file) {
  return "default-src 'none'; script-src 'self'" + import_map_source(file) +
         "; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob: data:; connect-src 'self'; "
         "worker-src 'self' blob:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
}

void send(http::Exchange& exchange, std::string const& name) {
  auto const* file = find(name);
  if (!file) throw http::Failure(http::Fault::not_found, "The page has no file of that name.");
  auto const& request = exchange.request();
  bool const gzip = http::takes_gzip(request);
  http::Response response;
  auto const etag = file->etag + (gzip ? "-gzip\"" : "\"");
  // Asked for anew each time, answered with 304: after an update no file goes with one of before.
  response.set("ETag", etag).set("Cache-Control", "no-cache").set("Vary", "Accept-Encoding");
  response.set("Referrer-Policy", "no-referrer");
  if (name.ends_with(".html")) response.set("Content-Security-Policy", policy(*file)).set("X-Frame-Options", "DENY");
  auto const verdict =
      http::evaluate({request.header("If-Match"), request.header("If-None-Match"), {}, {}, {}}, {etag, std::nullopt});
  if (verdict == http::Verdict::precondition_failed)
    throw http::Failure(http::Fault::precondition_failed, "The file is another one by now.");
  if (verdict == http::Verdict::not_modified) {
    response.status = 304;
    return exchange.reply(response);
  }
  response.set("Content-Type", type_of(name));
  if (gzip) response.set("Content-Encoding", "gzip");
  response.content = gzip ? file->gzipped : file->plain;
  exchange.reply(response);
}

}  // namespace

void page(App&, http::Exchange& exchange) { send(exchange, find("index.html") ? "index.html" : "plain.html"); }

void page_file(App&, http::Exchange& exchange) { send(exchange, exchange.request().parameter("file")); }

void to_page(App&, http::Exchange& exchange) { exchange.reply(http::Response::redirect("/")); }

}  // namespace api
