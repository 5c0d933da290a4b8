// SPDX-License-Identifier: LGPL-2.1-or-later
#include "replay.hpp"
#include "search_target.hpp"

namespace {

TEST(Corpus, Search) { fuzz::replay("search", fuzz::search); }
TEST(Corpus, Signalling) { fuzz::replay("signalling", fuzz::signalling); }

}  // namespace
