// SPDX-License-Identifier: LGPL-2.1-or-later
// How gtest shows our values.
#pragma once

#include "swarm/demand.hpp"
#include "swarm/layout.hpp"

#include <gtest/gtest.h>

#include <ostream>

namespace swarm {

inline void PrintTo(ByteRange const& range, std::ostream* out) {
  *out << '[' << range.begin << ',' << range.end << ')';
}
inline void PrintTo(PieceRange const& range, std::ostream* out) {
  *out << '[' << range.first << ',' << range.last << ')';
}
inline void PrintTo(Slice const& slice, std::ostream* out) {
  *out << slice.file << '@' << slice.offset << '+' << slice.size;
}
inline void PrintTo(Window const& window, std::ostream* out) {
  *out << '[' << window.position << ',' << window.end << (window.current ? ") current" : ")");
}
inline void PrintTo(Wants const& wants, std::ostream* out) {
  *out << "hot " << testing::PrintToString(wants.hot) << " ahead " << testing::PrintToString(wants.ahead) << " keep "
       << testing::PrintToString(wants.keep);
}

}  // namespace swarm
