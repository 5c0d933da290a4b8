// SPDX-License-Identifier: LGPL-2.1-or-later
// Unique<T>: sole owner of a GLib or GStreamer object that is freed, not unreferenced.
#pragma once

#include <gst/gst.h>

#include <memory>

namespace glib {

template <class T>
struct Deleter;

template <>
struct Deleter<gchar> {
  void operator()(gchar* p) const { g_free(p); }
};
template <>
struct Deleter<gchar*> {
  void operator()(gchar** p) const { g_strfreev(p); }
};
template <>
struct Deleter<GError> {
  void operator()(GError* p) const { g_error_free(p); }
};
template <>
struct Deleter<GKeyFile> {
  void operator()(GKeyFile* p) const { g_key_file_unref(p); }
};
template <>
struct Deleter<GOptionContext> {
  void operator()(GOptionContext* p) const { g_option_context_free(p); }
};
template <>
struct Deleter<GstIterator> {
  void operator()(GstIterator* p) const { gst_iterator_free(p); }
};
template <>
struct Deleter<GstSegment> {
  void operator()(GstSegment* p) const { gst_segment_free(p); }
};
template <>
struct Deleter<GstStructure> {
  void operator()(GstStructure* p) const { gst_structure_free(p); }
};

template <class T>
using Unique = std::unique_ptr<T, Deleter<T>>;

/// Passes a Unique as an out parameter: `call(…, Out(error))` fills it when the full expression ends.
template <class T>
class Out {
 public:
  explicit Out(Unique<T>& target) : target_(target) {}
  Out(Out const&) = delete;
  Out& operator=(Out const&) = delete;
  ~Out() { target_.reset(raw_); }
  operator T**() { return &raw_; }

 private:
  Unique<T>& target_;
  T* raw_ = nullptr;
};

}  // namespace glib
