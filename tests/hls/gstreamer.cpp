// SPDX-License-Identifier: LGPL-2.1-or-later
#include <gst/gst.h>
#include <gtest/gtest.h>

namespace {

struct Gstreamer : testing::Environment {
  void SetUp() override { gst_init(nullptr, nullptr); }
};

[[maybe_unused]] auto* const registered = testing::AddGlobalTestEnvironment(new Gstreamer);

}  // namespace
