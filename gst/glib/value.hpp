// SPDX-License-Identifier: LGPL-2.1-or-later
// Value: a GValue that is unset at the end of its life.
#pragma once

#include <gst/gst.h>

#include <utility>

namespace glib {

class Value {
 public:
  explicit Value(GType type) { g_value_init(&value_, type); }
  Value(Value const&) = delete;
  Value& operator=(Value const&) = delete;
  ~Value() {
    if (G_IS_VALUE(&value_)) g_value_unset(&value_);
  }

  [[nodiscard]] GValue* get() { return &value_; }
  [[nodiscard]] GValue const* get() const { return &value_; }
  /// Moves the content into an array; this Value is empty afterwards.
  void append_to(GValue* array) {
    gst_value_array_append_and_take_value(array, &value_);
    value_ = G_VALUE_INIT;
  }
  /// Moves the content into a field; this Value is empty afterwards.
  void give_to(GstStructure* structure, char const* field) {
    gst_structure_take_value(structure, field, &value_);
    value_ = G_VALUE_INIT;
  }

 private:
  GValue value_ = G_VALUE_INIT;
};

}  // namespace glib
