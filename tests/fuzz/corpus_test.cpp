// SPDX-License-Identifier: LGPL-2.1-or-later
#include "replay.hpp"

namespace {

TEST(Corpus, Locator) { fuzz::replay("locator", fuzz::locator); }
TEST(Corpus, Metainfo) { fuzz::replay("metainfo", fuzz::metainfo); }

}  // namespace
