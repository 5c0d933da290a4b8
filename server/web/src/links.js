// SPDX-License-Identifier: LGPL-2.1-or-later
// Addresses to copy or to scan.
import {button, make} from './dom.js';
import {icon} from './icons.js';
import {words} from './words.js';

export const absolute = address => new URL(address, location.href).href;

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Without TLS browsers have no clipboard but for what is selected.
    const field = make('textarea', {readonly: true, class: 'unseen'});
    field.value = text;
    (document.querySelector('dialog[open]') || document.body).append(field);
    field.select();
    document.execCommand('copy');
    field.remove();
  }
}

export function link(label, address) {
  const url = absolute(address);
  const copier = button(words.links.copy(label), icon('copy'), async () => {
    await copy(url);
    copier.replaceChildren(icon('check'));
    told.textContent = words.links.copied;
    setTimeout(() => { copier.replaceChildren(icon('copy')); told.textContent = ''; }, 2000);
  });
  const told = make('span', {class: 'unseen', role: 'status'});
  return make('li', {class: 'link'}, make('span', {}, label), make('a', {href: url, class: 'address', tabindex: '-1'}, url), copier, told);
}

/// A QR code: dark on light in any theme, with the margin that scanners want.
export async function code(text) {
  const {generate} = await import('./lean-qr.js');
  const canvas = make('canvas', {class: 'code', role: 'img', 'aria-label': text});
  generate(text).toCanvas(canvas, {on: [16, 20, 32, 255], off: [255, 255, 255, 255], pad: 3, padX: 3, padY: 3});
  return canvas;
}

/// What other devices can't reach.
const loopback = host => /^(localhost|127\.|\[?::1)/.test(host);
export const onlyHere = loopback(location.hostname);

/// The same page by an address that other devices reach; null if there is none.
export function forOthers(addresses) {
  const base = onlyHere ? addresses[0] : location.origin;
  return base ? base + '/' + location.hash : null;
}

/// Why a server has no address for others, by its /status.
export const whyNone = ({settings}) => settings && !settings.API_TOKEN && !loopback(settings.HOST) ? words.film.noLocalAddress : words.film.noDevice;
