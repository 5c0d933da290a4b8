// SPDX-License-Identifier: LGPL-2.1-or-later
// Playing on another device: AirPlay in Safari, elsewhere the Remote Playback API, where the browser has one of them.
// A film that hls.js feeds can't be sent away, so an element of its own, which has the playlist's address, is.
import {button, show} from './dom.js';
import {icon} from './icons.js';
import {words} from './words.js';

export function castButton(video, file, say) {
  const made = button(words.player.cast, icon('cast'), () => {}, {hidden: true});
  if ('webkitShowPlaybackTargetPicker' in video) {
    video.addEventListener('webkitplaybacktargetavailabilitychanged', event => show(made, event.availability === 'available'));
    made.addEventListener('click', () => video.webkitShowPlaybackTargetPicker());
  } else if ('remote' in video && file.hlsUrl) {
    const away = document.createElement('video');
    away.preload = 'none';
    away.src = file.hlsUrl;
    away.remote.watchAvailability(yes => show(made, yes)).catch(() => {});
    made.addEventListener('click', () => {
      if (/^(localhost|127\.|\[::1\])/.test(location.hostname)) return say(words.player.castNeedsAddress);
      away.remote.prompt().catch(() => {});
    });
    away.remote.addEventListener('connect', () => {
      video.pause();
      away.currentTime = video.currentTime;
      away.play();
      say(words.player.casting());
    });
    away.remote.addEventListener('disconnect', () => {
      if (away.currentTime > 0) video.currentTime = away.currentTime;
      away.pause();
      say('');
    });
  }
  return made;
}
