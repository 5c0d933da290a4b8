// SPDX-License-Identifier: LGPL-2.1-or-later
// Sound that ends before the picture, begins after it or is missing in between: players wait for it for ever.
#pragma once

#include "hls/cut.hpp"
#include "hls/segments.hpp"

namespace hls {

/// A frame of silence of the track's codec and shape, for sound that is passed through. Empty: none can be made (FLAC,
/// ALAC, rare shapes of AAC). The same bytes for the same build.
[[nodiscard]] Bytes silent_frame(Track const& track);

/// Puts silence where nothing is heard in the segment for longer than players pass over. `origin`: of the grid that the
/// track's frames lie on.
void fill_with_silence(Samples& sound, Segment const& segment, Time origin);

}  // namespace hls
