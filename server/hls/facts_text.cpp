// SPDX-License-Identifier: LGPL-2.1-or-later
// Facts in the form in which they lie on disk: a digest, and a GVariant. A damaged disk must not make other bytes.
#include "hls/facts.hpp"
#include "hls/rendition.hpp"

#include <glib.h>

namespace hls {
namespace {

/// Other facts make other bytes: they belong to a version of the packager.
constexpr guint32 version = 2 << 8 | packager_version;
// of a track: id, kind, codec, caps, codec data, picture, sound, language, title, default, forced
constexpr char facts_type[] = "(usx(xxaxx)a(iiisay(iiiiiiiiib)(iiii)ssbb))";

struct Unref {
  void operator()(GVariant* v) const { g_variant_unref(v); }
};
using Variant = std::unique_ptr<GVariant, Unref>;

GVariant* bytes(Bytes const& data) {
  return g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, data.data(), data.size(), 1);
}

GVariant* pack(Track const& t) {
  return g_variant_new("(iiis@ay(iiiiiiiiib)(iiii)ssbb)", t.id, static_cast<int>(t.kind), static_cast<int>(t.codec),
                       t.caps.c_str(), bytes(t.codec_data), t.width, t.height, t.frame_rate.frames,
                       t.frame_rate.seconds, t.rotation, (t.pixel_width << 16) | (t.pixel_height & 0xffff), t.primaries,
                       t.transfer, t.matrix, t.full_range, t.sample_rate, t.channels, t.frame_samples, t.priming,
                       t.language.c_str(), t.title.c_str(), t.is_default, t.forced);
}

Track unpack(GVariant* from) {
  Track t;
  int kind = 0, codec = 0, pixel = 0;
  gboolean full_range = FALSE, is_default = FALSE, forced = FALSE;
  char const *caps = nullptr, *language = nullptr, *title = nullptr;
  GVariant* data = nullptr;
  g_variant_get(from, "(iii&s@ay(iiiiiiiiib)(iiii)&s&sbb)", &t.id, &kind, &codec, &caps, &data, &t.width, &t.height,
                &t.frame_rate.frames, &t.frame_rate.seconds, &t.rotation, &pixel, &t.primaries, &t.transfer, &t.matrix,
                &full_range, &t.sample_rate, &t.channels, &t.frame_samples, &t.priming, &language, &title, &is_default,
                &forced);
  Variant const owned(data);
  gsize size = 0;
  auto const* first = static_cast<std::uint8_t const*>(g_variant_get_fixed_array(data, &size, 1));
  t.codec_data.assign(first, first + size);
  t.kind = static_cast<Kind>(kind);
  t.codec = static_cast<Codec>(codec);
  t.caps = caps;
  t.language = language;
  t.title = title;
  t.pixel_width = pixel >> 16;
  t.pixel_height = pixel & 0xffff;
  t.full_range = full_range;
  t.is_default = is_default;
  t.forced = forced;
  return t;
}

/// In hex.
std::string digest(std::string_view of) {
  g_autofree char* text =
      g_compute_checksum_for_data(G_CHECKSUM_SHA256, reinterpret_cast<guchar const*>(of.data()), of.size());
  return text;
}
constexpr std::size_t digest_size = 64;

}  // namespace

std::string to_text(Facts const& facts) {
  GVariantBuilder first, tracks;
  g_variant_builder_init(&first, G_VARIANT_TYPE("ax"));
  for (auto const time : facts.measures.first) g_variant_builder_add(&first, "x", gint64{time.count()});
  g_variant_builder_init(&tracks, G_VARIANT_TYPE("a(iiisay(iiiiiiiiib)(iiii)ssbb)"));
  for (auto const& track : facts.tracks) g_variant_builder_add_value(&tracks, pack(track));
  auto const timeline = to_text(facts.timeline);
  auto const& m = facts.measures;
  Variant const made(g_variant_ref_sink(g_variant_new(facts_type, version, timeline.c_str(), gint64{facts.file_size},
                                                      gint64{m.reorder.count()}, gint64{m.frame.count()}, &first,
                                                      gint64{m.longest_gop.count()}, &tracks)));
  std::string_view const data(static_cast<char const*>(g_variant_get_data(made.get())), g_variant_get_size(made.get()));
  return digest(data).append(data);
}

std::shared_ptr<Facts const> facts_from(std::string_view text) {
  if (text.size() < digest_size || digest(text.substr(digest_size)) != text.substr(0, digest_size)) return nullptr;
  text.remove_prefix(digest_size);
  g_autoptr(GBytes) copy = g_bytes_new(text.data(), text.size());
  Variant const from(g_variant_ref_sink(g_variant_new_from_bytes(G_VARIANT_TYPE(facts_type), copy, FALSE)));
  if (!g_variant_is_normal_form(from.get())) return nullptr;
  guint32 found = 0;
  char const* timeline = nullptr;
  gint64 size = 0, reorder = 0, frame = 0, longest = 0;
  g_autoptr(GVariantIter) first = nullptr;
  g_autoptr(GVariantIter) tracks = nullptr;
  g_variant_get(from.get(), "(u&sx(xxaxx)a(iiisay(iiiiiiiiib)(iiii)ssbb))", &found, &timeline, &size, &reorder, &frame,
                &first, &longest, &tracks);
  if (found != version) return nullptr;
  auto read = from_text(timeline);
  if (!read) return nullptr;
  auto facts = std::make_shared<Facts>();
  facts->timeline = std::move(*read);
  facts->measures.reorder = Time(reorder);
  facts->measures.frame = Time(frame);
  facts->measures.longest_gop = Time(longest);
  gint64 time = 0;
  while (g_variant_iter_next(first, "x", &time)) facts->measures.first.emplace_back(time);
  while (GVariant* track = g_variant_iter_next_value(tracks)) facts->tracks.push_back(unpack(Variant(track).get()));
  facts->segments = plan(facts->timeline);
  facts->file_size = size;
  return facts;
}

}  // namespace hls
