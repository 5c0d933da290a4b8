// SPDX-License-Identifier: LGPL-2.1-or-later
// What a <video> plays a file from: HLS by hls.js, HLS by the browser itself, or the file as it is. All three look alike:
// {kind, sounds(), subtitles(), chooseSound(n), chooseSubtitles(n), retry(), shared(), end()}; n = -1: none.
import {ask} from './api.js';
import {Trouble} from './api.js';
import {words} from './words.js';

const hlsType = 'application/vnd.apple.mpegurl';
// The server waits for the swarm before it answers 504: longer than hls.js waits by itself.
const patience = {default: {maxTimeToFirstByteMs: 45000, maxLoadTimeMs: 120000,
  timeoutRetry: {maxNumRetry: 4, retryDelayMs: 0, maxRetryDelayMs: 0}, errorRetry: {maxNumRetry: 6, retryDelayMs: 1000, maxRetryDelayMs: 8000}}};
const config = {workerPath: '/web/hls.worker.js', backBufferLength: 60, maxBufferLength: 30, manifestLoadPolicy: patience,
  playlistLoadPolicy: patience, fragLoadPolicy: patience};

/// Safari plays HLS itself, and only so sends it to an AirPlay device.
const ownHls = video => 'webkitShowPlaybackTargetPicker' in video && video.canPlayType(hlsType) !== '';

/// hooks: trouble(Trouble), tracks() when there are others, begun() at each sign of life of the swarm.
export async function open(video, hash, file, at, hooks) {
  if (!file.hlsUrl) return asIs(video, file, at, hooks);
  const asked = import('./hls.js');
  asked.catch(() => {});
  let facts;
  try {
    facts = await ask(`/api/torrents/${hash}/hls/${file.index}`);
  } catch (trouble) {
    const unsuited = trouble.status === 415 || trouble.status === 422;
    if (!unsuited || video.canPlayType(file.mimeType) === '') throw Object.assign(trouble, {unsuited});
    return asIs(video, file, at, {...hooks, trouble: () => hooks.trouble(Object.assign(trouble, {unsuited}))});
  }
  if (ownHls(video)) return byBrowser(video, file.hlsUrl, at, hooks);
  const Hls = (await asked).default;
  if (Hls.isSupported()) return byHls(Hls, video, file.hlsUrl, facts, at, hooks);
  if (video.canPlayType(hlsType) !== '') return byBrowser(video, file.hlsUrl, at, hooks);
  return asIs(video, file, at, hooks);
}

/// The JSON that came with a failed request of hls.js, if there was one.
function toldBy(data) {
  try {
    const told = JSON.parse(data.networkDetails.responseText || data.response.data);
    return new Trouble(told.code, told.message, data.response.code);
  } catch {
    return data.response && data.response.code ? new Trouble('unavailable', data.error && data.error.message) : new Trouble('offline');
  }
}

async function player(Hls, options, sharing) {
  if (sharing) {
    try {
      return await (await import('./share.js')).sharedHls(Hls, options, sharing);
    } catch (error) {
      console.warn('No sharing with other viewers:', error);
    }
  }
  return {hls: new Hls(options), stats: () => null};
}

async function byHls(Hls, video, url, facts, at, hooks) {
  const {hls, stats} = await player(Hls, {...config, startPosition: at || -1}, facts.sharing);
  let mended = 0;
  hls.on(Hls.Events.ERROR, (_, data) => {
    if (!data.fatal) return;
    if (data.type === Hls.ErrorTypes.MEDIA_ERROR && mended++ < 3) return hls.recoverMediaError();
    hooks.trouble(data.type === Hls.ErrorTypes.NETWORK_ERROR ? toldBy(data) : new Trouble('damaged', data.error && data.error.message));
  });
  for (const name of ['AUDIO_TRACKS_UPDATED', 'SUBTITLE_TRACKS_UPDATED', 'AUDIO_TRACK_SWITCHED', 'SUBTITLE_TRACK_SWITCH'])
    hls.on(Hls.Events[name], () => hooks.tracks());
  hls.subtitleDisplay = true;
  hls.loadSource(url);
  hls.attachMedia(video);
  const named = (track, n) => ({label: track.name || track.lang || words.player.track(n + 1), lang: track.lang});
  return {
    kind: 'hls.js', facts, hls,
    sounds: () => hls.audioTracks.map((track, n) => ({...named(track, n), on: n === hls.audioTrack})),
    subtitles: () => hls.subtitleTracks.map((track, n) => ({...named(track, n), on: n === hls.subtitleTrack})),
    chooseSound: n => { hls.audioTrack = n; },
    chooseSubtitles: n => { hls.subtitleTrack = n; },
    retry() {
      if (!hls.levels || hls.levels.length === 0) hls.loadSource(url);
      else hls.startLoad(video.currentTime);
    },
    shared: stats,
    end: () => hls.destroy(),
  };
}

function plain(video, url, at, hooks, kind) {
  const begin = () => { if (at) video.currentTime = at; };
  const fail = () => { if (video.error && video.getAttribute('src')) hooks.trouble(new Trouble('unplayable', video.error.message)); };
  const lists = [video.audioTracks, video.textTracks].filter(Boolean);
  video.addEventListener('loadedmetadata', begin, {once: true});
  video.addEventListener('error', fail);
  for (const list of lists) list.addEventListener('addtrack', hooks.tracks);
  video.src = url;
  const texts = () => [...video.textTracks].filter(track => track.kind === 'subtitles' || track.kind === 'captions');
  const named = (track, n) => track.label || track.language || words.player.track(n + 1);
  return {
    kind,
    sounds: () => [...video.audioTracks || []].map((track, n) => ({label: named(track, n), on: track.enabled})),
    subtitles: () => texts().map((track, n) => ({label: named(track, n), on: track.mode === 'showing'})),
    chooseSound: n => [...video.audioTracks].forEach((track, i) => { track.enabled = i === n; }),
    chooseSubtitles: n => texts().forEach((track, i) => { track.mode = i === n ? 'showing' : 'disabled'; }),
    retry() {
      at = video.currentTime;
      video.addEventListener('loadedmetadata', begin, {once: true});
      video.src = url;
    },
    shared: () => null,
    end() {
      video.removeEventListener('error', fail);
      for (const list of lists) list.removeEventListener('addtrack', hooks.tracks);
      video.removeAttribute('src');
      video.load();
    },
  };
}

const byBrowser = (video, url, at, hooks) => plain(video, url, at, hooks, 'native');
export const asIs = (video, file, at, hooks) => plain(video, file.streamUrl, at, hooks, 'direct');
