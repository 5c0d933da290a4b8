// SPDX-License-Identifier: LGPL-2.1-or-later
// A film on the screen, with its controls.
import {castButton} from './cast.js';
import {button, make, show} from './dom.js';
import {clock, speed} from './format.js';
import {icon} from './icons.js';
import {help, listen} from './keys.js';
import {menu} from './menu.js';
import {sayTrouble} from './notice.js';
import {leave, start} from './resume.js';
import {seekbar} from './seekbar.js';
import {asIs, open} from './source.js';
import {on, torrents} from './torrents.js';
import {words} from './words.js';

const speeds = [0.5, 0.75, 1, 1.25, 1.5, 2];
const volumePlace = 'gst-torrent.volume';
const say = words.player;

export function player(signal, hash, file) {
  const video = make('video', {playsinline: true, preload: 'auto', 'aria-label': file.name});
  const stage = make('div', {class: 'stage', tabindex: 0, role: 'group', 'aria-label': say.stage});
  const notice = make('div', {class: 'notice', role: 'status'}), toast = make('p', {class: 'toast', role: 'status', hidden: true});
  let source = null, ended = false, lastSubtitles = 0, stalled = null;

  // What one can do.
  const jumpTo = at => { video.currentTime = Math.max(0, Math.min(at, (video.duration || 0) - 0.1)); };
  const jump = by => { jumpTo(video.currentTime + by); brief(`${by > 0 ? '+' : '−'}${Math.abs(by)} s · ${clock(video.currentTime)}`); };
  const toggle = () => { if (video.paused) video.play().catch(() => {}); else video.pause(); };
  const mute = () => { video.muted = !video.muted; };
  const louder = by => { video.volume = Math.max(0, Math.min(1, video.volume + by)); video.muted = false; brief(`${say.volume} ${Math.round(video.volume * 100)} %`); };
  function full() {
    const now = document.fullscreenElement || document.webkitFullscreenElement;
    if (now) (document.exitFullscreen || document.webkitExitFullscreen).call(document);
    else if (box.requestFullscreen) box.requestFullscreen().catch(() => {});
    else if (box.webkitRequestFullscreen) box.webkitRequestFullscreen();
    else if (video.webkitEnterFullscreen) video.webkitEnterFullscreen();
  }
  function subtitles() {
    const all = source ? source.subtitles() : [], now = all.findIndex(one => one.on);
    if (all.length === 0) return;
    if (now >= 0) lastSubtitles = now;
    choose(now >= 0 ? -1 : lastSubtitles);
  }
  function choose(n) {
    source.chooseSubtitles(n);
    brief(`${say.subtitles}: ${n < 0 ? say.off : source.subtitles()[n].label}`);
  }

  // What is shown.
  let toasting = 0;
  function brief(text) {
    toast.textContent = text;
    show(toast, text);
    clearTimeout(toasting);
    toasting = setTimeout(() => show(toast, false), 1500);
  }
  function wait(text) {
    notice.replaceChildren(make('div', {class: 'spinner'}), make('p', {}, text));
    notice.dataset.kind = 'waiting';
  }
  const clear = () => { notice.replaceChildren(); delete notice.dataset.kind; };
  function swarm() {
    const torrent = torrents.get(hash);
    return say.buffering(torrent && torrent.peers > 0 ? words.line.peers(torrent.peers) : '', speed(torrent ? torrent.downloadSpeed : 0));
  }
  function fail(trouble) {
    const again = () => { clear(); wait(swarm()); if (source) source.retry(); else begin(); };
    const direct = trouble.unsuited && !(source && source.kind === 'direct') &&
      make('button', {type: 'button', onclick: () => { clear(); source = asIs(video, file, 0, hooks); video.play().catch(() => {}); }}, say.asIs);
    const shown = trouble.code === 'unplayable' ? {title: say.cannot, help: say.cannotHint, said: trouble.said} : trouble;
    notice.replaceChildren(sayTrouble(shown, trouble.unsuited ? null : again, direct));
    notice.dataset.kind = trouble.code;
  }

  const playButton = button(say.play, icon('play'), toggle), muteButton = button(say.mute, icon('volume'), mute);
  const fullButton = button(say.full, icon('full'), full), time = make('span', {class: 'time'});
  const volume = make('input', {type: 'range', class: 'volume', min: 0, max: 1, step: 0.05, 'aria-label': say.volume});
  volume.addEventListener('input', () => { video.volume = Number(volume.value); video.muted = false; });
  const soundMenu = menu(say.sound, 'sound', () => source ? source.sounds().map((one, n) => ({...one, choose: () => source.chooseSound(n)})) : []);
  const subtitleMenu = menu(say.subtitles, 'subtitles', () => {
    const all = source ? source.subtitles() : [];
    return all.length === 0 ? [] : [{label: say.off, on: all.every(one => !one.on), choose: () => choose(-1)},
      ...all.map((one, n) => ({...one, choose: () => choose(n)}))];
  });
  const speedMenu = menu(say.speed, 'speed', () => speeds.map(rate => ({label: rate === 1 ? say.normal : `${rate} ×`,
    on: video.playbackRate === rate, choose: () => { video.playbackRate = rate; }})));
  const pip = document.pictureInPictureEnabled && button(say.pip, icon('pip'), () =>
    (document.pictureInPictureElement ? document.exitPictureInPicture() : video.requestPictureInPicture()).catch(() => {}), {class: 'wide'});
  const controls = make('div', {class: 'controls'}, seekbar(video, hash, file.index, jumpTo),
    make('div', {class: 'row'}, playButton,
      button(say.back, icon('back'), () => jump(-10), {class: 'wide'}), button(say.ahead, icon('ahead'), () => jump(10), {class: 'wide'}),
      muteButton, volume, time, make('span', {class: 'space'}),
      subtitleMenu.box, soundMenu.box, speedMenu.box, pip, castButton(video, file, brief), button(say.help, icon('help'), help, {class: 'wide'}), fullButton));
  const box = make('section', {class: 'player', 'aria-label': file.name}, video, stage, notice, toast, controls);

  function name(made, label, drawing) {
    if (made.title === label) return;
    made.title = label;
    made.setAttribute('aria-label', label);
    made.replaceChildren(icon(drawing));
  }
  function paint() {
    name(playButton, video.paused ? say.play : say.pause, video.paused ? 'play' : 'pause');
    name(muteButton, video.muted ? say.unmute : say.mute, video.muted || video.volume === 0 ? 'muted' : 'volume');
    name(fullButton, document.fullscreenElement ? say.notFull : say.full, document.fullscreenElement ? 'notFull' : 'full');
    volume.value = video.muted ? 0 : video.volume;
    box.classList.toggle('paused', video.paused);
    time.textContent = `${clock(video.currentTime)} / ${clock(video.duration)}`;
    if (video.volume !== Number(localStorage.getItem(volumePlace) || 1)) localStorage.setItem(volumePlace, video.volume);
  }
  const menus = () => { for (const one of [soundMenu, subtitleMenu, speedMenu]) one.update(); };

  // Controls go when nothing moves.
  let idle = 0;
  function awake() {
    box.classList.remove('idle');
    clearTimeout(idle);
    idle = setTimeout(() => box.classList.toggle('idle', !video.paused && !box.querySelector('[role=menu]:not([hidden])')), 3000);
  }
  for (const event of ['pointermove', 'pointerdown', 'keydown', 'focusin']) box.addEventListener(event, awake);
  let touched = false;
  stage.addEventListener('pointerdown', event => { touched = event.pointerType === 'touch' && box.classList.contains('idle'); });
  stage.addEventListener('click', () => { if (!touched) toggle(); });
  stage.addEventListener('dblclick', full);

  // A wait is told in words once it is one, with what the swarm gives meanwhile.
  let waiting = 0;
  const stall = () => { clearTimeout(waiting); waiting = setTimeout(() => { if (!notice.dataset.kind && !ended) wait(stalled = swarm()); }, 500); };
  const flow = () => { clearTimeout(waiting); stalled = null; if (notice.dataset.kind === 'waiting' || video.readyState > 2) clear(); };
  for (const event of ['waiting', 'seeking', 'stalled']) video.addEventListener(event, () => { if (video.readyState < 3) stall(); });
  for (const event of ['playing', 'seeked', 'canplay', 'loadeddata']) video.addEventListener(event, flow);
  on('change', signal, changed => { if (changed === hash && stalled) wait(stalled = swarm()); });
  on('back', signal, () => { if (source && (notice.dataset.kind || video.readyState < 3)) { clear(); source.retry(); } else if (!source) begin(); });

  let kept = 0;
  const keep = () => { if (source && video.currentTime > 0) leave(hash, file.index, video.currentTime, video.duration); kept = Date.now(); };
  video.addEventListener('timeupdate', () => { paint(); if (Date.now() - kept > 5000) keep(); });
  for (const event of ['play', 'pause', 'volumechange', 'durationchange', 'seeking', 'loadedmetadata']) video.addEventListener(event, paint);
  for (const event of ['play', 'pause']) video.addEventListener(event, awake);
  video.addEventListener('pause', keep);
  window.addEventListener('pagehide', keep, {signal});
  document.addEventListener('fullscreenchange', paint, {signal});
  listen(stage, signal, {toggle, jump, louder, mute, full, subtitles});

  const hooks = {trouble: trouble => { if (!ended) fail(trouble); }, tracks: menus};
  async function begin() {
    const at = start(hash, file.index);
    wait(say.starting);
    try {
      const made = await open(video, hash, file, at, hooks);
      if (ended) return made.end();
      source = made;
    } catch (trouble) {
      return hooks.trouble(trouble);
    }
    menus();
    video.play().catch(() => {});  // refused without a click: then the button waits for one
    if (at) {
      const offer = make('button', {type: 'button', class: 'offer', onclick: () => { jumpTo(0); offer.remove(); }}, `${say.resumed(clock(at))} · ${say.over}`);
      box.append(offer);
      setTimeout(() => offer.remove(), 8000);
    }
  }
  signal.addEventListener('abort', () => {
    keep();
    ended = true;
    for (const timer of [waiting, idle, toasting]) clearTimeout(timer);
    if (source) source.end();
  });
  video.volume = Math.min(1, Number(localStorage.getItem(volumePlace) || 1));
  menus();
  paint();
  begin();
  return {box, video, stage, shared: () => source && source.shared()};
}
