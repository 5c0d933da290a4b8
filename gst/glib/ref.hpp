// SPDX-License-Identifier: LGPL-2.1-or-later
// Ref<T>: one reference to a GObject or GstMiniObject, given back at the end of its life.
#pragma once

#include <gst/gst.h>

#include <utility>

namespace glib {

/// How a type counts references: GObject unless it is one of the boxed types below.
template <class T>
struct Counting {
  static void ref(T* p) { g_object_ref(p); }
  static void unref(T* p) { g_object_unref(p); }
};

struct MiniObjectCounting {
  static void ref(void* p) { gst_mini_object_ref(static_cast<GstMiniObject*>(p)); }
  static void unref(void* p) { gst_mini_object_unref(static_cast<GstMiniObject*>(p)); }
};

template <>
struct Counting<GstBuffer> : MiniObjectCounting {};
template <>
struct Counting<GstBufferList> : MiniObjectCounting {};
template <>
struct Counting<GstCaps> : MiniObjectCounting {};
template <>
struct Counting<GstContext> : MiniObjectCounting {};
template <>
struct Counting<GstEvent> : MiniObjectCounting {};
template <>
struct Counting<GstMemory> : MiniObjectCounting {};
template <>
struct Counting<GstMessage> : MiniObjectCounting {};
template <>
struct Counting<GstQuery> : MiniObjectCounting {};
template <>
struct Counting<GstSample> : MiniObjectCounting {};
template <>
struct Counting<GstTagList> : MiniObjectCounting {};
template <>
struct Counting<GstUri> : MiniObjectCounting {};

template <>
struct Counting<GMainLoop> {
  static void ref(GMainLoop* p) { g_main_loop_ref(p); }
  static void unref(GMainLoop* p) { g_main_loop_unref(p); }
};

/// Reentrant; the object it refers to has its own rules.
template <class T>
class Ref {
 public:
  Ref() = default;
  Ref(std::nullptr_t) {}
  Ref(Ref const& other) : object_(other.object_) {
    if (object_) Counting<T>::ref(object_);
  }
  Ref(Ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Ref() {
    if (object_) Counting<T>::unref(object_);
  }

  /// Takes over a reference ("transfer full").
  static Ref adopt(T* object) {
    Ref ref;
    ref.object_ = object;
    return ref;
  }
  /// Adds a reference ("transfer none").
  static Ref share(T* object) {
    if (object) Counting<T>::ref(object);
    return adopt(object);
  }
  /// Takes over a floating reference, as element factories return.
  static Ref sink(T* object) {
    if (object) g_object_ref_sink(object);
    return adopt(object);
  }

  [[nodiscard]] T* get() const { return object_; }
  [[nodiscard]] T* operator->() const { return object_; }
  explicit operator bool() const { return object_ != nullptr; }
  /// Gives the reference away.
  [[nodiscard]] T* release() { return std::exchange(object_, nullptr); }

 private:
  T* object_ = nullptr;
};

}  // namespace glib
