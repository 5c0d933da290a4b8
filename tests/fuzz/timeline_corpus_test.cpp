// SPDX-License-Identifier: LGPL-2.1-or-later
#include "replay.hpp"
#include "timeline_target.hpp"

TEST(Corpus, Timeline) { fuzz::replay("timeline", fuzz::timeline); }
