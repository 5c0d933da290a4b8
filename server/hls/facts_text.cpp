// SPDX-License-Identifier: LGPL-2.1-or-later
// Facts in the form in which they lie on disk: a digest, and a GVariant. A damaged disk must not make other bytes.
#include "hls/facts.hpp"
#include "hls/rendition.hpp"

#include <glib.h>

namespace hls {
namespace {

/// Other facts make other bytes: they belong to a version of the packager.
constexpr guint32 version = 2 << 8 | packager_version;
// of a reel: its part and tables, shift, first segment, facts
// of a track: id, kind, codec, caps, codec data, picture, sound, language, title, default, forced
constexpr char facts_type[] = "(usx(xxaxx)a(iiisay(iiiiiiiiib)(iiii)ssbb)a(xxayxtay))";

struct Unref {
  void operator()(GVariant* v) const { g_variant_unref(v); }
};
using Variant = std::unique_ptr<GVariant, Unref>;

template <class Array>
GVariant* bytes(Array const& data) {
  return g_variant_new_fixed_array(G_VARIANT_TYPE_BYTE, data.data(), data.size(), 1);
}
/// Of an `ay`, which goes away.
template <class Array>
Array array_of(GVariant* from) {
  Variant const owned(from);
  gsize size = 0;
  auto const* first = static_cast<typename Array::value_type const*>(g_variant_get_fixed_array(from, &size, 1));
  return {first, first + size};
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
  t.codec_data = array_of<Bytes>(data);
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
  GVariantBuilder first, tracks, reels;
  g_variant_builder_init(&first, G_VARIANT_TYPE("ax"));
  for (auto const time : facts.measures.first) g_variant_builder_add(&first, "x", gint64{time.count()});
  g_variant_builder_init(&tracks, G_VARIANT_TYPE("a(iiisay(iiiiiiiiib)(iiii)ssbb)"));
  for (auto const& track : facts.tracks) g_variant_builder_add_value(&tracks, pack(track));
  g_variant_builder_init(&reels, G_VARIANT_TYPE("a(xxayxtay)"));
  for (auto const& reel : facts.reels)
    g_variant_builder_add(&reels, "(xx@ayxt@ay)", gint64{reel.part.begin}, gint64{reel.part.end},
                          bytes(reel.part.tables), gint64{reel.shift.count()}, guint64{reel.first},
                          bytes(to_text(*reel.facts)));
  auto const timeline = to_text(facts.timeline);
  auto const& m = facts.measures;
  Variant const made(g_variant_ref_sink(g_variant_new(facts_type, version, timeline.c_str(), gint64{facts.file_size},
                                                      gint64{m.reorder.count()}, gint64{m.frame.count()}, &first,
                                                      gint64{m.longest_gop.count()}, &tracks, &reels)));
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
  g_autoptr(GVariantIter) reels = nullptr;
  g_variant_get(from.get(), "(u&sx(xxaxx)a(iiisay(iiiiiiiiib)(iiii)ssbb)a(xxayxtay))", &found, &timeline, &size,
                &reorder, &frame, &first, &longest, &tracks, &reels);
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
  gint64 begin = 0, end = 0, shift = 0;
  guint64 number = 0;
  GVariant *tables = nullptr, *own = nullptr;
  while (g_variant_iter_next(reels, "(xx@ayxt@ay)", &begin, &end, &tables, &shift, &number, &own)) {
    TsPart part{begin, end, array_of<std::vector<std::byte>>(tables)};
    auto reel = facts_from(array_of<std::string>(own));
    if (!reel) return nullptr;
    facts->reels.push_back({std::move(part), Time(shift), number, std::move(reel)});
  }
  if (facts->reels.empty()) facts->segments = plan(facts->timeline);
  for (auto const& reel : facts->reels)
    for (auto const& segment : reel.facts->segments)
      facts->segments.push_back({segment.begin + reel.shift, segment.end + reel.shift, segment.bytes});
  facts->file_size = size;
  return facts;
}

}  // namespace hls
