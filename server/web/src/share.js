// SPDX-License-Identifier: LGPL-2.1-or-later
// An hls.js that takes segments from others who watch the same film, and gives them its own (docs/sharing.md).
import {HlsJsP2PEngine} from 'p2p-media-loader-hlsjs';

// Seconds ahead of the picture: what is needed so soon comes from the server; the rest from others who have it, and of what
// nobody has each viewer fetches a part. No farther ahead, else the server's swarm would be read out of order. As far for
// both: who may take from others what he may not fetch himself has to fetch, at once, what is just before it.
const ahead = 40, windows = {highDemandTimeWindow: 10, httpDownloadTimeWindow: ahead, p2pDownloadTimeWindow: ahead};
// Alone, as much comes from the server as hls.js would keep in hand; nobody may come for so many ms.
const alone = {highDemandTimeWindow: 30}, together = {highDemandTimeWindow: windows.highDemandTimeWindow};
const company = 5000;
// The server waits for its swarm before it answers.
const patience = 60000;
const memory = 200;  // 2^20 bytes of segments
// Bytes a second that are given to others in the long run, and at once, where they may be out of this network.
const uploadRate = 500e3, uploadBurst = 20e6;

/// base64 of a SHA-256. Pages that came by plain HTTP have no crypto.subtle.
async function digest(data) {
  const sum = crypto.subtle ? await crypto.subtle.digest('SHA-256', data)
    : (await import('./sha256.js')).sha256.arrayBuffer(data);
  return btoa(String.fromCharCode(...new Uint8Array(sum)));
}

/// Is it what the server would have given? Only the server is believed. It makes what it has not yet made.
async function isRight(url, range, data) {
  if (range) return false;  // the server gives none
  try {
    const told = (await fetch(url, {method: 'HEAD', signal: AbortSignal.timeout(patience)})).headers.get('Repr-Digest');
    return told === `sha-256=:${await digest(data)}:`;
  } catch {
    return false;
  }
}

/// A segment whose beginning came from a viewer may be ended by the server: then all of it has to be looked at.
class Mixed {
  urls = new Set();
  fromViewer(url) { this.urls.add(url); }
  /// A request of the whole, which begins anew.
  setup = async (url, _, __, part) => {
    if (!part) this.urls.delete(url);
  };
  isRight = async (url, range, data) => !this.urls.has(url) || isRight(url, range, data);
}

/// Who has given much gives no more for a while.
function limitUpload(engine, ended) {
  let allowance = uploadBurst, since = performance.now(), pause = 0;
  const allow = yes => engine.applyDynamicConfig({core: {isP2PUploadDisabled: !yes}});
  engine.addEventListener('onChunkUploaded', bytes => {
    const now = performance.now();
    allowance = Math.min(uploadBurst, allowance + (now - since) / 1000 * uploadRate) - bytes;
    since = now;
    if (allowance >= 0 || pause) return;
    allow(false);
    pause = setTimeout(() => {
      pause = 0;
      allow(true);
    }, (uploadBurst / 2 - allowance) / uploadRate * 1000);
  });
  ended(() => clearTimeout(pause));
}

/// `peers`: with whom a viewer is connected, by their names for the picture: for sound of its own they have others.
function follow(engine, peers, ended) {
  const adapt = () => engine.applyDynamicConfig({core: peers.size ? together : alone});
  const timer = setTimeout(adapt, company);
  engine.addEventListener('onPeerConnect', peer => {
    if (peer.streamType === 'main') peers.add(peer.peerId);
    adapt();
  });
  engine.addEventListener('onPeerClose', peer => {
    peers.delete(peer.peerId);
    adapt();
  });
  ended(() => clearTimeout(timer));
}

/// `sharing`: of GET /api/torrents/:infoHash/hls/:fileIndex, not null. Gives {hls, stats()}: bytes of whole segments from
/// other viewers and from the server, bytes given to others, and with how many viewers it is connected.
export async function sharedHls(Hls, config, sharing) {
  const counted = {p2p: 0, http: 0, upload: 0}, peers = new Set();
  const stats = () => ({...counted, peers: peers.size});
  if (!self.RTCPeerConnection) return {hls: new Hls(config), stats};
  const mixed = new Mixed();
  const hls = new (HlsJsP2PEngine.injectMixin(Hls))({...config, p2p: {core: {
    swarmId: sharing.swarmId,
    announceTrackers: sharing.trackers,
    rtcConfig: {iceServers: sharing.iceServers},
    validateP2PSegment: isRight,
    validateHTTPSegment: mixed.isRight,
    httpRequestSetup: mixed.setup,
    segmentMemoryStorageLimit: memory,
    httpNotReceivingBytesTimeoutMs: patience,
    ...windows,
  }}});
  const engine = hls.p2pEngine;
  engine.addEventListener('onSegmentStart', started => {
    if (started.downloadSource === 'p2p') mixed.fromViewer(started.segment.url);
  });
  engine.addEventListener('onSegmentLoaded', loaded => { counted[loaded.downloadSource] += loaded.bytesLength; });
  engine.addEventListener('onChunkUploaded', bytes => { counted.upload += bytes; });
  const ended = then => hls.once(Hls.Events.DESTROYING, then);
  follow(engine, peers, ended);
  // Without these all viewers are in one network, whose line is nobody's to spare.
  if (sharing.iceServers.length) limitUpload(engine, ended);
  return {hls, stats};
}
