// SPDX-License-Identifier: LGPL-2.1-or-later
#include "hls/byte_src.hpp"

#include "glib/ref.hpp"

#include <gst/base/gstbasesrc.h>

#include <algorithm>
#include <new>

namespace hls {
namespace {

/// No sample of a film is larger; a length field that says so is damaged.
constexpr std::uint64_t largest_read = 64U << 20;

struct ByteSrc {
  GstBaseSrc parent;
  std::shared_ptr<ByteGate> gate;
};
struct ByteSrcClass {
  GstBaseSrcClass parent_class;
};

G_DEFINE_TYPE(ByteSrc, byte_src, GST_TYPE_BASE_SRC)

ByteSrc* self(GstBaseSrc* src) { return reinterpret_cast<ByteSrc*>(src); }

GstFlowReturn create(GstBaseSrc* src, guint64 offset, guint length, GstBuffer** buffer) {
  auto& gate = *self(src)->gate;
  auto const size = static_cast<std::uint64_t>(gate.size());
  if (offset >= size) return GST_FLOW_EOS;
  auto const wanted = std::min<std::uint64_t>(length, size - offset);
  if (wanted > largest_read) {
    GST_ELEMENT_ERROR(src, STREAM, DEMUX, ("The film is damaged: a part of it claims to have %u bytes.", length),
                      (nullptr));
    return GST_FLOW_ERROR;
  }
  // In pull mode downstream may bring a buffer of its own.
  auto own = glib::Ref<GstBuffer>::adopt(*buffer ? nullptr : gst_buffer_new_allocate(nullptr, wanted, nullptr));
  auto* const out = *buffer ? *buffer : own.get();
  GstMapInfo map;
  if (!out || !gst_buffer_map(out, &map, GST_MAP_WRITE)) return GST_FLOW_ERROR;
  auto const got = gate.read(static_cast<std::int64_t>(offset),
                             std::as_writable_bytes(std::span(map.data, std::min<std::uint64_t>(map.size, wanted))));
  gst_buffer_unmap(out, &map);
  if (!got) {
    // A failure of the source is told by the gate; posting it makes the pipeline stop everywhere.
    if (gate.cancelled()) return GST_FLOW_FLUSHING;
    return gate.failed() ? GST_FLOW_ERROR : GST_FLOW_FLUSHING;
  }
  if (*got == 0) return GST_FLOW_EOS;
  gst_buffer_set_size(out, static_cast<gssize>(*got));
  GST_BUFFER_OFFSET(out) = offset;
  GST_BUFFER_OFFSET_END(out) = offset + *got;
  if (own) *buffer = own.release();
  return GST_FLOW_OK;
}

gboolean get_size(GstBaseSrc* src, guint64* size) {
  *size = static_cast<guint64>(self(src)->gate->size());
  return TRUE;
}
gboolean is_seekable(GstBaseSrc*) { return TRUE; }
gboolean unlock(GstBaseSrc* src) {
  self(src)->gate->flush(true);
  return TRUE;
}
gboolean unlock_stop(GstBaseSrc* src) {
  self(src)->gate->flush(false);
  return TRUE;
}

void finalize(GObject* object) {
  reinterpret_cast<ByteSrc*>(object)->gate.~shared_ptr();
  G_OBJECT_CLASS(byte_src_parent_class)->finalize(object);
}

GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);

void byte_src_class_init(ByteSrcClass* type) {
  auto* const base = GST_BASE_SRC_CLASS(type);
  base->create = create;
  base->get_size = get_size;
  base->is_seekable = is_seekable;
  base->unlock = unlock;
  base->unlock_stop = unlock_stop;
  G_OBJECT_CLASS(type)->finalize = finalize;
  gst_element_class_add_static_pad_template(GST_ELEMENT_CLASS(type), &src_template);
  gst_element_class_set_static_metadata(GST_ELEMENT_CLASS(type), "Bytes of a film", "Source", "A ByteSource",
                                        "gst-torrent");
}

void byte_src_init(ByteSrc* src) {
  new (&src->gate) std::shared_ptr<ByteGate>();
  gst_base_src_set_format(GST_BASE_SRC(src), GST_FORMAT_BYTES);
  // Nobody sets a size: demuxers that stream ask for this much.
  gst_base_src_set_blocksize(GST_BASE_SRC(src), 64 * 1024);
}

}  // namespace

GstElement* new_byte_src(std::shared_ptr<ByteGate> gate) {
  auto* const element = GST_ELEMENT(g_object_new(byte_src_get_type(), nullptr));
  reinterpret_cast<ByteSrc*>(element)->gate = std::move(gate);
  return element;
}

}  // namespace hls
