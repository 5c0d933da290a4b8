// SPDX-License-Identifier: LGPL-2.1-or-later
#include "timeline_media.hpp"

#include "support/made_file.hpp"

#include <algorithm>
#include <cstdio>
#include <map>
#include <sstream>
#include <stdexcept>

namespace fs = std::filesystem;

namespace support {
namespace {

/// Behind the inputs: a picture with frame numbers (0) and a tone (1). X264 stands for the usual encoder.
std::map<std::string, std::string> const& recipes() {
  static std::map<std::string, std::string> const table{
      {"all.mkvmerge.mkv", "--cues 0:iframes --cues 1:all @plain.mkv"},
      {"av1.mp4", "-t 2 -c:v libsvtav1 -preset 12 -g 25 -svtav1-params rc=0 -pix_fmt yuv420p -an"},
      {"bare.flv", "-t 10 X264 -g 50 -bf 2 -c:a aac"},
      {"constant.mp3", "-t 30 -map 1:a -c:a libmp3lame -b:a 128k -write_xing 0"},
      {"cut.mp4", "-ss 3.5 -i @plain.mp4 -c copy"},
      {"font.mkvmerge.mkv", "--attachment-mime-type font/ttf --attach-file @font.ttf @plain.mkv"},
      {"font.ttf", "-f lavfi -i testsrc=size=640x360 -frames:v 3 -c:v rawvideo -f rawvideo"},
      {"fragments-dash.mp4", "-t 12 X264 -g 25 -bf 2 -c:a aac -movflags +frag_keyframe+delay_moov+dash+skip_trailer"},
      {"fragments-delayed.mp4",
       "-t 12 X264 -g 25 -bf 2 -c:a aac -movflags +frag_keyframe+delay_moov+default_base_moof"},
      {"fragments-hybrid.mp4", "-t 12 X264 -g 25 -bf 2 -c:a aac -movflags +frag_keyframe"},
      {"fragments-indexed.gst.mp4",
       "@long-gop.ts ! tsdemux ! h264parse ! mp4mux fragment-duration=1000 ! filesink location=\"$0\""},
      {"fragments-of-one.mp4", "-t 20 X264 -g 50 -bf 2 -c:a aac -movflags +frag_every_frame+empty_moov"},
      {"fragments-of-sound.mp4",
       "-t 40 -vf trim=end=39.4 X264 -g 50 -bf 2 -c:a aac -movflags +dash -frag_duration 500000"},
      {"fragments-open.mp4",
       "-t 12 X264 -g 25 -bf 2 -x264-params open-gop=1:scenecut=0 -c:a aac -movflags +frag_keyframe+empty_moov"},
      {"fragments-short.mp4",
       "-t 12 X264 -g 50 -bf 2 -c:a aac -movflags +empty_moov+default_base_moof -frag_duration 700000"},
      {"fragments-sidx.mp4",
       "-t 12 X264 -g 25 -bf 2 -an -movflags +frag_keyframe+empty_moov+default_base_moof+global_sidx"},
      {"fragments.mp4", "-t 12 X264 -g 25 -bf 2 -c:a aac -movflags +frag_keyframe+empty_moov+default_base_moof"},
      {"front.mkv", "-t 12 X264 -g 25 -bf 2 -c:a aac -reserve_index_space 20000"},
      {"front.mkvmerge.mkv", "--cues 0:iframes @plain.mkv"},
      {"front.mp4", "-t 12 X264 -g 25 -bf 2 -c:a aac -movflags +faststart"},
      {"h264.avi", "-t 12 X264 -g 25 -bf 0 -c:a libmp3lame"},
      {"hevc.mp4", "-t 8 -c:v libx265 -preset ultrafast -x265-params log-level=error:keyint=25 -an"},
      {"hevc.ts", "-t 8 -c:v libx265 -preset ultrafast -x265-params log-level=error:keyint=50 -an"},
      {"hour.ts", "-t 20 X264 -g 50 -bf 2 -c:a aac -output_ts_offset 3600"},
      {"intra.mp4", "-t 4 -r 1 -c:v mjpeg -an"},
      {"late.mp4", "-t 12 -vf setpts=PTS+1.5/TB X264 -g 25 -bf 2 -c:a aac"},
      {"layer2.mp2", "-t 30 -map 1:a -c:a mp2"},
      {"list.flv", "-t 20 X264 -g 50 -bf 2 -c:a aac -flvflags add_keyframe_index"},
      {"live.mkv", "-t 20 X264 -g 50 -bf 2 -c:a aac -live 1"},
      {"long-gop.ts", "-t 30 X264 -g 250 -bf 2 -x264-params scenecut=0 -c:a aac"},
      {"long-sound.mp4", "-t 20 X264 -g 50 -bf 2 -vf trim=end=8 -c:a aac"},
      {"long-sound.ts", "-t 20 X264 -g 50 -bf 2 -vf trim=end=19 -c:a aac"},
      {"long.mkv", "-i @long.mp4 -c copy"},
      {"long.mp4",
       "-t 600 -vf scale=64:36 X264 -g 50 -bf 2 -an -b:v 2000k -minrate 2000k -maxrate 2000k -bufsize 2000k "
       "-x264-params nal-hrd=cbr"},
      {"mpeg2.ts", "-t 20 -c:v mpeg2video -g 12 -c:a mp2"},
      {"negative.mp4", "-t 12 X264 -g 25 -bf 2 -c:a aac -movflags +negative_cts_offsets"},
      {"one.mpg", "-t 20 -c:v mpeg1video -g 12 -c:a mp2 -f mpeg"},
      {"open.mkv", "-t 12 X264 -g 24 -bf 3 -x264-params open-gop=1:b-pyramid=normal:scenecut=0 -c:a aac"},
      {"open.mp4", "-t 12 X264 -g 24 -bf 3 -x264-params open-gop=1:b-pyramid=normal:scenecut=0 -c:a aac"},
      {"open.ts", "-t 20 X264 -g 50 -bf 2 -x264-params open-gop=1 -c:a aac"},
      {"plain.aac", "-t 30 -map 1:a -c:a aac"},
      {"plain.ac3", "-t 30 -map 1:a -c:a ac3"},
      {"plain.avi", "-t 12 -c:v mpeg4 -bf 0 -g 25 -c:a libmp3lame"},
      {"plain.eac3", "-t 30 -map 1:a -c:a eac3"},
      {"plain.flac", "-t 30 -map 1:a -c:a flac"},
      {"plain.m2ts", "-t 20 X264 -g 50 -bf 2 -c:a ac3 -f mpegts -mpegts_m2ts_mode 1"},
      {"plain.m4a", "-t 30 -map 1:a -c:a aac"},
      {"plain.mka", "-t 30 -map 1:a -c:a aac"},
      {"plain.mkv", "-t 12 X264 -g 25 -bf 2 -c:a aac"},
      {"plain.mkvmerge.mkv", "@plain.mkv"},
      {"plain.mov", "-t 12 X264 -g 25 -bf 2 -c:a pcm_s16le"},
      {"plain.mp4", "-t 12 X264 -g 25 -bf 2 -c:a aac"},
      {"plain.mpg", "-t 20 -c:v mpeg2video -g 12 -c:a mp2"},
      {"plain.ogg", "-t 30 -map 1:a -c:a libvorbis"},
      {"plain.ogv", "-t 20 -c:v libtheora -g 12 -c:a libvorbis"},
      {"plain.opus", "-t 30 -map 1:a -c:a libopus"},
      {"plain.ts", "-t 20 X264 -g 50 -bf 2 -c:a aac"},
      {"plain.wav", "-t 30 -map 1:a -c:a pcm_s16le"},
      {"plain.wmv", "-t 20 -c:v wmv2 -g 12 -c:a wmav2"},
      {"short.mkvmerge.mkv", "--cluster-length 500ms @plain.mkv"},
      {"small-fragments.mp4", "-t 3 X264 -g 25 -bf 2 -an -movflags +frag_keyframe+empty_moov"},
      {"small-front.mp4", "-t 3 X264 -g 25 -bf 2 -c:a aac -movflags +faststart"},
      {"small-live.mkv", "-t 3 X264 -g 25 -bf 2 -c:a aac -live 1"},
      {"small-sidx.mp4", "-t 3 X264 -g 25 -an -movflags +frag_keyframe+empty_moov+global_sidx"},
      {"small.avi", "-t 3 -c:v mpeg4 -bf 0 -g 25 -c:a libmp3lame"},
      {"small.flac", "-t 3 -map 1:a -c:a flac"},
      {"small.flv", "-t 3 X264 -g 25 -c:a aac -flvflags add_keyframe_index"},
      {"small.mkv", "-t 3 X264 -g 25 -bf 2 -c:a aac"},
      {"small.mp3", "-t 3 -map 1:a -c:a libmp3lame"},
      {"small.mp4", "-t 3 X264 -g 25 -bf 2 -c:a aac"},
      {"small.mpg", "-t 3 -c:v mpeg2video -g 12 -c:a mp2"},
      {"small.opus", "-t 3 -map 1:a -c:a libopus"},
      {"small.ts", "-t 3 X264 -g 25 -bf 2 -c:a aac"},
      {"small.wav", "-t 1 -map 1:a -c:a pcm_s16le"},
      {"small.wmv", "-t 3 -c:v wmv2 -g 12 -c:a wmav2"},
      {"sound.ts", "-t 30 -map 1:a -c:a aac -f mpegts"},
      {"turned.mp4", "-i @plain.mp4 -c copy -metadata:s:v rotate=90"},
      {"varied.mp3", "-t 30 -map 1:a -c:a libmp3lame -q:a 4 -write_xing 0 -id3v2_version 0"},
      {"varying.ts",
       "-t 60 -vf noise=alls=100:allf=t:enable='lt(t,12)+gt(t,48)' X264 -crf 20 -g 50 -bf 2 -c:a aac -b:a 32k"},
      {"vfr.mp4", "-t 12 -vf select='not(eq(mod(n,7),3))' -vsync vfr X264 -g 25 -bf 2 -c:a aac"},
      {"vp9.webm", "-t 6 -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -g 25 -c:a libopus"},
      {"wrap.ts", "-t 20 X264 -g 50 -bf 2 -c:a aac -output_ts_offset 95433.7"},
      {"xing.mp3", "-t 30 -map 1:a -c:a libmp3lame -q:a 4 -id3v2_version 3"},
  };
  return table;
}

std::vector<std::string> arguments_of(std::string const& recipe) {
  std::vector<std::string> arguments;
  for (auto const& word : words_of(recipe))
    if (word == "X264")
      arguments.insert(arguments.end(), {"-c:v", "libx264", "-preset", "superfast", "-pix_fmt", "yuv420p"});
    else
      arguments.push_back(word[0] == '@' ? film(word.substr(1)).string() : word);
  return arguments;
}

}  // namespace

fs::path film(std::string const& name) {
  auto const& recipe = recipes().at(name);
  if (name.ends_with(".gst.mp4")) {
    std::string pipeline = "exec gst-launch-1.0 -q filesrc";
    for (auto const& word : words_of(recipe))
      pipeline += word[0] == '@' ? " location=" + film(word.substr(1)).string() : " " + word;
    return made_file(name, {"sh", "-c", pipeline});
  }
  std::vector<std::string> all;
  if (name.ends_with(".mkvmerge.mkv"))
    all = {"mkvmerge", "-q", "--deterministic", "1"};
  else if (recipe.find("-i ") == recipe.npos)
    for (auto const* input : {"testsrc=size=160x90:rate=25", "sine=frequency=440:sample_rate=48000"})
      all.insert(all.end(), {"-f", "lavfi", "-i", input});
  auto const arguments = arguments_of(recipe);
  all.insert(all.end(), arguments.begin(), arguments.end());
  if (!name.ends_with(".mkvmerge.mkv")) return made_by_ffmpeg(name, all);
  all.emplace_back("-o");
  return made_file(name, all);
}

Probed probe(fs::path const& path, std::string const& stream, std::string const& time) {
  auto const base = output_of({"ffprobe", "-v", "error", "-select_streams", stream, "-show_entries", "stream=time_base",
                               "-of", "csv=p=0", path.string()});
  auto const packets = output_of({"ffprobe", "-v", "error", "-select_streams", stream, "-show_entries",
                                  "packet=" + time + ",duration,flags", "-of", "default=nw=1", path.string()});
  long long numerator = 1, denominator = 1;
  if (sscanf(base.c_str(), "%lld/%lld", &numerator, &denominator) != 2) throw std::runtime_error("ffprobe: " + base);
  auto const scaled = [&](long long ticks) {
    __extension__ using Wide = __int128;
    auto const wide = static_cast<Wide>(ticks) * numerator * 1'000'000'000;
    return hls::Time(static_cast<std::int64_t>(wide / denominator - (wide % denominator < 0 ? 1 : 0)));
  };
  Probed probed;
  long long at = 0, duration = 0;
  bool known = false;
  std::istringstream lines(packets);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with(time + "=")) {
      known = line.find("N/A") == line.npos;
      at = known ? std::stoll(line.substr(line.find('=') + 1)) : 0;
    } else if (line.starts_with("duration=")) {
      duration = line.find("N/A") == line.npos ? std::stoll(line.substr(9)) : 0;
    } else if (line.starts_with("flags=") && known) {
      probed.frames.push_back(scaled(at));
      probed.end = std::max(probed.end, scaled(at + duration));
      if (line.find('K') != line.npos) probed.keys.push_back(scaled(at));
    }
  }
  std::sort(probed.keys.begin(), probed.keys.end());
  return probed;
}

}  // namespace support
