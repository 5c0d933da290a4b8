// SPDX-License-Identifier: LGPL-2.1-or-later
#include "http/compressed.hpp"

#include <gio/gio.h>
#include <libsoup/soup.h>

namespace http {
namespace {

constexpr std::size_t worth_it = 512;

}  // namespace

bool takes_gzip(Request const& request) {
  GSList* refused = nullptr;
  GSList* taken = soup_header_parse_quality_list(request.header("Accept-Encoding").c_str(), &refused);
  auto const named = [](GSList* list, char const* name) {
    return g_slist_find_custom(list, name, reinterpret_cast<GCompareFunc>(g_ascii_strcasecmp)) != nullptr;
  };
  bool const yes = named(taken, "gzip") || (named(taken, "*") && !named(refused, "gzip"));
  soup_header_free_list(taken);
  soup_header_free_list(refused);
  return yes;
}

void compress(Request const& request, Response& response) {
  if (response.body.size() < worth_it || !takes_gzip(request)) return;
  g_autoptr(GZlibCompressor) gzip = g_zlib_compressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP, 6);
  g_autoptr(GOutputStream) memory = g_memory_output_stream_new_resizable();
  g_autoptr(GOutputStream) stream = g_converter_output_stream_new(memory, G_CONVERTER(gzip));
  if (!g_output_stream_write_all(stream, response.body.data(), response.body.size(), nullptr, nullptr, nullptr) ||
      !g_output_stream_close(stream, nullptr, nullptr))
    return;
  auto* made = G_MEMORY_OUTPUT_STREAM(memory);
  response.body.assign(static_cast<char const*>(g_memory_output_stream_get_data(made)),
                       g_memory_output_stream_get_data_size(made));
  response.set("Content-Encoding", "gzip");
}

}  // namespace http
