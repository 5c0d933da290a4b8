// SPDX-License-Identifier: LGPL-2.1-or-later
// What a body with Content-Encoding gzip holds, up to a megabyte.
#pragma once

#include <gio/gio.h>
#include <gtest/gtest.h>

#include <string>

[[nodiscard]] inline std::string unzipped(std::string const& body) {
  g_autoptr(GZlibDecompressor) gzip = g_zlib_decompressor_new(G_ZLIB_COMPRESSOR_FORMAT_GZIP);
  std::string out(1 << 20, '\0');
  gsize read = 0, written = 0;
  EXPECT_EQ(g_converter_convert(G_CONVERTER(gzip), body.data(), body.size(), out.data(), out.size(),
                                G_CONVERTER_INPUT_AT_END, &read, &written, nullptr),
            G_CONVERTER_FINISHED);
  out.resize(written);
  return out;
}
