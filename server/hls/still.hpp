// SPDX-License-Identifier: LGPL-2.1-or-later
// One picture out of a film, as it is shown there.
#pragma once

#include "hls/av.hpp"
#include "hls/facts.hpp"

#include <memory>
#include <optional>
#include <stop_token>

namespace hls {

struct Still {
  av::Frame picture;  ///< yuv420p of full range, upright, square pixels
  Time at{};          ///< when it is shown, on the film's clock
};

/// When the key frame at or before `at` is shown; nullopt: only the film's bytes tell.
[[nodiscard]] std::optional<Time> key_frame_at(Facts const& facts, Time at);

/// The key frame at or before `at`, `width` pixels wide, or as wide as it is if that is less. The film has a picture.
/// Reads little else, and decodes at low priority. Throws Cancelled, DemuxFailed (none can be had there), swarm::Error;
/// std::runtime_error if nothing decodes it.
[[nodiscard]] Still take_still(std::shared_ptr<ByteSource> const& source, Facts const& facts, Time at, int width,
                               std::stop_token const& cancelled);

/// How much there is to see: the standard deviation of its brightness, of 255. Black, white and fog have little.
[[nodiscard]] double contrast(AVFrame const& picture);

}  // namespace hls
